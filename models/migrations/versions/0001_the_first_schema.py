"""The first schema"""

from alembic import op
import sqlalchemy as sa

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("sha256", name=op.f("uq_api_keys_sha256")),
    )
    op.create_table(
        "apps",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("next_seq", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apps")),
    )
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blobs")),
    )
    op.create_table(
        "tool_declarations",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("declaration", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tool_declarations")),
    )
    op.create_table(
        "files",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_files_app_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_files_sha256")),
        sa.PrimaryKeyConstraint("app_id", "path", name=op.f("pk_files")),
        comment="Each path's newest version; a deleted file keeps its row, without a sha256.",
    )
    op.create_table(
        "messages",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("next_index", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_messages_app_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_messages")),
        sa.UniqueConstraint("app_id", "id", name=op.f("uq_messages_app_id_id")),
    )
    op.create_index("ix_messages_newest", "messages", ["app_id", "key"], unique=False)
    op.create_index(
        "ix_messages_unannounced",
        "messages",
        ["key"],
        unique=False,
        sqlite_where=sa.text("announced < version"),
        postgresql_where=sa.text("announced < version"),
    )
    op.create_table(
        "message_parts",
        sa.Column("message_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("ids", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_key"], ["messages.key"], name=op.f("fk_message_parts_message_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_key", "position", name=op.f("pk_message_parts")),
    )
    op.create_table(
        "tool_calls",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("message_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("arguments", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("pausable", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("control", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("outputs", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("staged", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("cursor", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("waits", sa.Integer(), nullable=False),
        sa.Column("waiting_for", sa.JSON(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("announced", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.Double(), nullable=True),
        sa.Column("dispatched_at", sa.Double(), nullable=True),
        sa.Column("moved_at", sa.Double(), nullable=False),
        sa.Column("next_attempt_at", sa.Double(), nullable=True),
        sa.Column("submitted_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=True),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.Column("paused_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_tool_calls_app_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["message_key"], ["messages.key"], name=op.f("fk_tool_calls_message_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tool_calls")),
        sa.UniqueConstraint("app_id", "seq", name=op.f("uq_tool_calls_app_id_seq")),
        sa.UniqueConstraint("message_key", "id", name=op.f("uq_tool_calls_message_key_id")),
    )
    op.create_index("ix_tool_calls_in_message", "tool_calls", ["message_key", "index"], unique=False)
    op.create_index("ix_tool_calls_newest", "tool_calls", ["app_id", "key"], unique=False)
    op.create_index(
        "ix_tool_calls_open",
        "tool_calls",
        ["dispatched_at"],
        unique=False,
        sqlite_where=sa.text("status NOT IN ('succeeded', 'failed', 'cancelled')"),
        postgresql_where=sa.text("status NOT IN ('succeeded', 'failed', 'cancelled')"),
    )
    op.create_index(
        "ix_tool_calls_ready",
        "tool_calls",
        ["app_id", "queue", "seq"],
        unique=False,
        sqlite_where=sa.text("status = 'queued' AND dispatched_at IS NULL AND waits = 0"),
        postgresql_where=sa.text("status = 'queued' AND dispatched_at IS NULL AND waits = 0"),
    )
    op.create_index(
        "ix_tool_calls_unannounced",
        "tool_calls",
        ["key"],
        unique=False,
        sqlite_where=sa.text("announced < version"),
        postgresql_where=sa.text("announced < version"),
    )
    op.create_index(
        "ix_tool_calls_unfinished",
        "tool_calls",
        ["app_id", "seq"],
        unique=False,
        sqlite_where=sa.text("status NOT IN ('succeeded', 'failed', 'cancelled')"),
        postgresql_where=sa.text("status NOT IN ('succeeded', 'failed', 'cancelled')"),
    )
    op.create_table(
        "call_accesses",
        sa.Column("call_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("writes", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_key"], ["tool_calls.key"], name=op.f("fk_call_accesses_call_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_key", "path", name=op.f("pk_call_accesses")),
        comment="What unfinished calls touch; a call's rows go when it is final.",
    )
    op.create_index("ix_call_accesses_app_path", "call_accesses", ["app_id", "path"], unique=False)
    op.create_table(
        "call_moves",
        sa.Column("call_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("waiting_for", sa.JSON(), nullable=False),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("claimed_at", sa.Double(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_key"], ["tool_calls.key"], name=op.f("fk_call_moves_call_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_key", "version", name=op.f("pk_call_moves")),
        comment="Every move of every call: the outbox of events, the timeline, and what analytics count.",
    )
    op.create_table(
        "call_waits",
        sa.Column("call_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("waits_for", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_key"], ["tool_calls.key"], name=op.f("fk_call_waits_call_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["waits_for"], ["tool_calls.key"], name=op.f("fk_call_waits_waits_for"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_key", "waits_for", name=op.f("pk_call_waits")),
        comment="Edges of the order between unfinished calls, reduced as models/order.py says.",
    )
    op.create_index("ix_call_waits_waits_for", "call_waits", ["waits_for"], unique=False)
    op.create_table(
        "file_versions",
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("call_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_file_versions_app_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["call_key"], ["tool_calls.key"], name=op.f("fk_file_versions_call_key"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_file_versions_sha256")),
        sa.PrimaryKeyConstraint("app_id", "path", "version", name=op.f("pk_file_versions")),
    )
