"""The tables. One database holds the Mental Process, the datasets' rows, the journal and the transcript.

conversations ─< turns            what was said
entries ─< versions               what is known; the version with `valid_to` null is the current one
tasks ─< examples                 what trains; an example may hang on the entry that it was made from
receipts ─< journal               what learning changed, enough to take it back exactly
teachers                          who may correct what somebody shared
conflicts ─< notices              what teachers contradict each other in, and whom that is still to be told
exports ─< exported_rows          where copies of taught rows were taken
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()

conversations = Table(
    "conversations",
    metadata,
    Column("owner", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("created_at", String, nullable=False),
    # What LIC waits for in this conversation: a taught answer, a confirmation, a choice.
    Column("pending", JSON, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("image", String),
    Column("said_at", String, nullable=False),
    Column("act", String, nullable=False),
    Column("probability", Float, nullable=False),
    Column("teaching_probability", Float, nullable=False),
    Column("teaching", Boolean, nullable=False),
    # The reply as shown: text, evidence, changes, asks, options.
    Column("reply", JSON, nullable=False),
    Column("receipt", String),
    # "said", "replaced" (edited or retried) or "forgotten" (the text is gone, the place is kept).
    Column("status", String, nullable=False),
    Index("turns_by_id", "owner", "id", unique=True),
    Index("turns_by_conversation", "owner", "conversation", "seq"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("section", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("relation", String, nullable=False),
    # Normalized subject and relation: the question that the entry answers, for exact look-up.
    Column("subject_key", String, nullable=False),
    Column("relation_key", String, nullable=False),
    Column("many", Boolean, nullable=False),
    Column("created_at", String, nullable=False),
    # The version that was current when it was shared; what it said before stays its owner's.
    Column("shared_from", Integer),
    Index("entries_by_question", "owner", "subject_key", "relation_key"),
    Index("entries_by_topic", "owner", "section", "topic"),
    Index("entries_shared", "id", sqlite_where=text("shared IS 1")),
    Index("entries_shared_by_question", "subject_key", "relation_key", sqlite_where=text("shared IS 1")),
)

versions = Table(
    "versions",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("entry", String, ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("content", String, nullable=False),
    Column("turn", String),
    Column("said_at", String, nullable=False),
    Column("valid_from", String, nullable=False),
    Column("valid_to", String),
    # When what the text says holds in the world, where it tells.
    Column("holds_from", String),
    Column("holds_until", String),
    # The sentence vector in float16, unit length.
    Column("vector", LargeBinary, nullable=False),
    # Who said it where that was not the entry's owner; empty where that person is forgotten.
    Column("said_by", String),
    Index("versions_by_speaker", "said_by", sqlite_where=text("said_by IS NOT NULL")),
    Index("versions_by_entry", "entry", "number", unique=True),
    Index("versions_by_content", "content"),
    sqlite_autoincrement=True,
)

tasks = Table(
    "tasks",
    metadata,
    Column("name", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("description", Text, nullable=False),
    # `datasets.Features` in its dictionary form.
    Column("features", JSON, nullable=False),
    Column("created_at", String, nullable=False),
)

examples = Table(
    "examples",
    metadata,
    # The hash of owner, task and row: writing twice is harmless.
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("task", String, ForeignKey("tasks.name"), nullable=False),
    Column("row", JSON, nullable=False),
    Column("entry", String, ForeignKey("entries.id", ondelete="CASCADE")),
    Column("turn", String),
    Column("created_at", String, nullable=False),
    # Who said it where that was not the owner; empty where that person is forgotten.
    Column("said_by", String),
    Index("examples_by_task", "owner", "task"),
    Index("examples_by_entry", "entry"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("owner", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("turn", String, nullable=False),
    Column("created_at", String, nullable=False),
    Column("undone_at", String),
    # The place among what was undone since the last new change, the last one undone highest; null for all others.
    Column("redo", Integer),
    Index("receipts_to_redo", "owner", "redo", sqlite_where=text("redo IS NOT NULL")),
    Index("receipts_by_owner", "owner", "seq"),
    Index("receipts_by_turn", "owner", "turn"),
    sqlite_autoincrement=True,
)

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("receipt", String, ForeignKey("receipts.id", ondelete="CASCADE"), nullable=False),
    Column("operation", String, nullable=False),
    Column("table", String, nullable=False),
    Column("key", String, nullable=False),
    # Whole rows: what stood there before, and after; null where there was nothing.
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Index("journal_by_receipt", "receipt", "seq"),
    Index("journal_by_key", "key"),
)

exports = Table(
    "exports",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("owner", String, nullable=False),
    Column("task", String, nullable=False),
    # The folder, or the name of the file that a browser downloaded.
    Column("place", Text, nullable=False),
    Column("downloaded", Boolean, nullable=False),
    Column("made_at", String, nullable=False),
    Index("exports_by_owner", "owner"),
    sqlite_autoincrement=True,
)

# Which taught rows an export holds: ids only, never what they say.
exported_rows = Table(
    "exported_rows",
    metadata,
    Column("row", String, primary_key=True),
    Column("export", Integer, ForeignKey("exports.seq", ondelete="CASCADE"), primary_key=True),
    Index("exported_rows_by_export", "export"),
)

# Counters that every change of what is known moves, so that caches of other processes see it: one for each person,
# and one under the empty name for what is shared.
revisions = Table(
    "revisions",
    metadata,
    Column("scope", String, primary_key=True),
    Column("value", Integer, nullable=False),
)

# Who may correct what an owner shared; everybody else only reads it.
teachers = Table(
    "teachers",
    metadata,
    Column("owner", String, primary_key=True),
    Column("teacher", String, primary_key=True),
    Column("since", String, nullable=False),
    Index("teachers_by_name", "teacher"),
)

conflicts = Table(
    "conflicts",
    metadata,
    Column("id", String, primary_key=True),
    Column("entry", String, ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    # The numbers of the version that was contradicted first, and of the last one before it was settled.
    Column("first", Integer, nullable=False),
    Column("last", Integer),
    Column("opened_at", String, nullable=False),
    Column("settled_at", String),
    Column("settled_by", String),
    # "new", "old" or "both".
    Column("kept", String),
    Index("conflicts_by_entry", "entry"),
)

notices = Table(
    "notices",
    metadata,
    Column("person", String, primary_key=True),
    Column("conflict", String, ForeignKey("conflicts.id", ondelete="CASCADE"), primary_key=True),
    Index("notices_by_conflict", "conflict"),
)
