"""The order in which changes were undone, so that they can be made again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("receipts", sa.Column("redo", sa.Integer(), nullable=True))
    op.create_index("receipts_to_redo", "receipts", ["owner", "redo"], sqlite_where=sa.text("redo IS NOT NULL"))
