"""Retries"""

from alembic import op
import sqlalchemy as sa

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.add_column("tool_calls", sa.Column("backoffs", sa.Integer(), nullable=False, server_default="0"))
    accesses = sa.Column("accesses", sa.JSON(), nullable=False, server_default='[["*", 1]]')
    op.add_column("tool_calls", accesses)
