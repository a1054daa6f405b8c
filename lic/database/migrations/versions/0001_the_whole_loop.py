"""The first schema: transcript, Mental Process, training datasets, journal and full-text index."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("pending", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "id"),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("subject_key", sa.String(), nullable=False),
        sa.Column("relation_key", sa.String(), nullable=False),
        sa.Column("many", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("entries_by_question", "entries", ["owner", "subject_key", "relation_key"], unique=False)
    op.create_index("entries_by_topic", "entries", ["owner", "section", "topic"], unique=False)
    op.create_index("entries_shared", "entries", ["id"], unique=False, sqlite_where=sa.text("shared IS 1"))
    op.create_table(
        "receipts",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("undone_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("receipts_by_owner", "receipts", ["owner", "seq"], unique=False)
    op.create_index("receipts_by_turn", "receipts", ["owner", "turn"], unique=False)
    op.create_table(
        "revisions", sa.Column("scope", sa.String(), nullable=False), sa.Column("value", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("scope")
    )
    op.create_table(
        "tasks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "turns",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("image", sa.String(), nullable=True),
        sa.Column("said_at", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("teaching_probability", sa.Float(), nullable=False),
        sa.Column("teaching", sa.Boolean(), nullable=False),
        sa.Column("reply", sa.JSON(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("turns_by_conversation", "turns", ["owner", "conversation", "seq"], unique=False)
    op.create_index("turns_by_id", "turns", ["owner", "id"], unique=True)
    op.create_table(
        "examples",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.Column("entry", sa.String(), nullable=True),
        sa.Column("turn", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["task"],
            ["tasks.name"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("examples_by_entry", "examples", ["entry"], unique=False)
    op.create_index("examples_by_task", "examples", ["owner", "task"], unique=False)
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("table", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["receipt"], ["receipts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("journal_by_key", "journal", ["key"], unique=False)
    op.create_index("journal_by_receipt", "journal", ["receipt", "seq"], unique=False)
    op.create_table(
        "versions",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("turn", sa.String(), nullable=True),
        sa.Column("said_at", sa.String(), nullable=False),
        sa.Column("valid_from", sa.String(), nullable=False),
        sa.Column("valid_to", sa.String(), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("versions_by_content", "versions", ["content"], unique=False)
    op.create_index("versions_by_entry", "versions", ["entry", "number"], unique=True)
    # The row id is `versions.seq`; `wall` holds one word for the owner (and one for what is shared), so that a search
    # walks only what may be read. Triggers keep it equal to the current versions, whoever writes.
    op.execute("CREATE VIRTUAL TABLE entries_fts USING fts5(wall, text, question, topic, tokenize='porter unicode61 remove_diacritics 2')")
    row = (
        "INSERT INTO entries_fts (rowid, wall, text, question, topic) "
        "SELECT v.seq, 'o' || hex(e.owner) || CASE WHEN e.shared THEN ' everybody' ELSE '' END, v.text, v.question, e.topic "
        "FROM versions v JOIN entries e ON e.id = v.entry WHERE v.valid_to IS NULL AND "
    )
    for name, when, body in (
        ("versions_inserted", "AFTER INSERT ON versions", f"{row} v.seq = new.seq;"),
        ("versions_deleted", "AFTER DELETE ON versions", "DELETE FROM entries_fts WHERE rowid = old.seq;"),
        (
            "versions_updated",
            "AFTER UPDATE OF text, question, valid_to ON versions",
            f"DELETE FROM entries_fts WHERE rowid = old.seq; {row} v.seq = new.seq;",
        ),
        (
            "entries_updated",
            "AFTER UPDATE OF owner, shared, topic ON entries",
            f"DELETE FROM entries_fts WHERE rowid IN (SELECT seq FROM versions WHERE entry = new.id); {row} v.entry = new.id;",
        ),
    ):
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {body} END")
