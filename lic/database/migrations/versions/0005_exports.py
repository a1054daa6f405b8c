"""Which exports were made, and of which rows."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("downloaded", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("exports_by_owner", "exports", ["owner"], unique=False)
    op.create_table(
        "exported_rows",
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("export", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["export"], ["exports.seq"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("row", "export"),
    )
    op.create_index("exported_rows_by_export", "exported_rows", ["export"], unique=False)
