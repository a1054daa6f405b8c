"""Rights on what is shared: who said a version, who may teach, and what teachers contradict each other in."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("entries", sa.Column("shared_from", sa.Integer(), nullable=True))
    op.create_index("entries_shared_by_question", "entries", ["subject_key", "relation_key"], sqlite_where=sa.text("shared IS 1"))
    op.add_column("versions", sa.Column("said_by", sa.String(), nullable=True))
    op.create_index("versions_by_speaker", "versions", ["said_by"], sqlite_where=sa.text("said_by IS NOT NULL"))
    op.add_column("examples", sa.Column("said_by", sa.String(), nullable=True))
    op.create_table(
        "teachers",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("teacher", sa.String(), nullable=False),
        sa.Column("since", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "teacher"),
    )
    op.create_index("teachers_by_name", "teachers", ["teacher"], unique=False)
    op.create_table(
        "conflicts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.String(), nullable=False),
        sa.Column("settled_at", sa.String(), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("kept", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("conflicts_by_entry", "conflicts", ["entry"], unique=False)
    op.create_table(
        "notices",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("conflict", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["conflict"], ["conflicts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person", "conflict"),
    )
    op.create_index("notices_by_conflict", "notices", ["conflict"], unique=False)
