"""Calls in flight"""

from alembic import op
import sqlalchemy as sa

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IN_FLIGHT = sa.text("status NOT IN ('succeeded', 'failed', 'cancelled') AND dispatched_at IS NOT NULL")


def upgrade() -> None:

    op.drop_index("ix_tool_calls_open", table_name="tool_calls")
    op.create_index(
        "ix_tool_calls_in_flight",
        "tool_calls",
        ["app_id", "queue"],
        sqlite_where=IN_FLIGHT,
        postgresql_where=IN_FLIGHT,
    )
