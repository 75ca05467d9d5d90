"""Running messages and failed calls"""

from alembic import op
import sqlalchemy as sa

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RUNNING = sa.text("open > 0")
FAILED = sa.text("status IN ('failed')")


def upgrade() -> None:

    op.create_index(
        "ix_messages_running", "messages", ["app_id", "key"], sqlite_where=RUNNING, postgresql_where=RUNNING
    )
    op.create_index(
        "ix_tool_calls_failed",
        "tool_calls",
        ["app_id", "message_key"],
        sqlite_where=FAILED,
        postgresql_where=FAILED,
    )
