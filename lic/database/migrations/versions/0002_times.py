"""From when and until when what is known holds."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("versions", sa.Column("holds_from", sa.String(), nullable=True))
    op.add_column("versions", sa.Column("holds_until", sa.String(), nullable=True))
