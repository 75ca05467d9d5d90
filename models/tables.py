"""The tables. Times are seconds since the epoch (UTC); `key` columns are ours, ids without `key` are the clients'."""

from collections.abc import Iterable

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Key = BigInteger().with_variant(Integer, "sqlite")
Path = Text().with_variant(Text(collation="C"), "postgresql")
UNFINISHED = text("status NOT IN ('succeeded', 'failed', 'cancelled')")
READY = text("status = 'queued' AND dispatched_at IS NULL AND waits = 0")
IN_FLIGHT = text("status NOT IN ('succeeded', 'failed', 'cancelled') AND dispatched_at IS NOT NULL")
UNTOLD = text("announced < version")
RUNNING = text("open > 0")
FAILED = text("status IN ('failed')")

apps = Table(
    "apps",
    metadata,
    Column("id", Text, primary_key=True),
    Column("next_seq", BigInteger, nullable=False),
    Column("files", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", Double, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("key", Key, primary_key=True),
    Column("app_id", Text, ForeignKey("apps.id", ondelete="CASCADE"), nullable=False),
    Column("id", Text, nullable=False),
    Column("next_index", Integer, nullable=False),
    Column("open", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("announced", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("app_id", "id"),
    Index("ix_messages_newest", "app_id", "key"),
    Index("ix_messages_running", "app_id", "key", sqlite_where=RUNNING, postgresql_where=RUNNING),
    Index("ix_messages_unannounced", "key", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
)

message_parts = Table(
    "message_parts",
    metadata,
    Column("message_key", Key, ForeignKey("messages.key", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("text", Text),
    Column("ids", JSON(none_as_null=True)),
)

tool_calls = Table(
    "tool_calls",
    metadata,
    Column("key", Key, primary_key=True),
    Column("app_id", Text, ForeignKey("apps.id", ondelete="CASCADE"), nullable=False),
    Column("message_key", Key, ForeignKey("messages.key", ondelete="CASCADE"), nullable=False),
    Column("message_id", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("index", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("arguments", JSON(none_as_null=True), nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("target", Text),
    Column("stages", JSON, nullable=False),
    Column("queue", Text, nullable=False),
    Column("pausable", Text, nullable=False),
    Column("accesses", JSON, nullable=False, server_default='[["*", 1]]'),
    Column("origin", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("traceparent", Text),
    Column("status", Text, nullable=False),
    Column("control", Text, nullable=False),
    Column("stage", Integer, nullable=False),
    Column("progress", Double, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("outputs", JSON(none_as_null=True)),
    Column("staged", JSON(none_as_null=True)),
    Column("cursor", JSON(none_as_null=True)),
    Column("result", JSON(none_as_null=True)),
    Column("error", JSON(none_as_null=True)),
    Column("waits", Integer, nullable=False),
    Column("waiting_for", JSON, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("losses", Integer, nullable=False),
    Column("backoffs", Integer, nullable=False, server_default="0"),
    Column("epoch", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("announced", Integer, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_at", Double),
    Column("dispatched_at", Double),
    Column("moved_at", Double, nullable=False),
    Column("next_attempt_at", Double),
    Column("submitted_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("paused_ms", Integer, nullable=False),
    UniqueConstraint("message_key", "id"),
    UniqueConstraint("app_id", "seq"),
    Index("ix_tool_calls_in_message", "message_key", "index"),
    Index("ix_tool_calls_newest", "app_id", "key"),
    Index("ix_tool_calls_unfinished", "app_id", "seq", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
    Index("ix_tool_calls_ready", "app_id", "queue", "seq", sqlite_where=READY, postgresql_where=READY),
    Index("ix_tool_calls_in_flight", "app_id", "queue", sqlite_where=IN_FLIGHT, postgresql_where=IN_FLIGHT),
    Index("ix_tool_calls_failed", "app_id", "message_key", sqlite_where=FAILED, postgresql_where=FAILED),
    Index("ix_tool_calls_unannounced", "key", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
)

call_accesses = Table(
    "call_accesses",
    metadata,
    Column("call_key", Key, ForeignKey("tool_calls.key", ondelete="CASCADE"), primary_key=True),
    Column("path", Path, primary_key=True),
    Column("writes", Integer, nullable=False),
    Column("app_id", Text, nullable=False),
    Index("ix_call_accesses_app_path", "app_id", "path"),
    comment="What unfinished calls touch; a call's rows go when it is final.",
)

call_waits = Table(
    "call_waits",
    metadata,
    Column("call_key", Key, ForeignKey("tool_calls.key", ondelete="CASCADE"), primary_key=True),
    Column("waits_for", Key, ForeignKey("tool_calls.key", ondelete="CASCADE"), primary_key=True),
    Index("ix_call_waits_waits_for", "waits_for"),
    comment="Edges of the order between unfinished calls, reduced as models/order.py says.",
)

call_moves = Table(
    "call_moves",
    metadata,
    Column("call_key", Key, ForeignKey("tool_calls.key", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("move", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("stage", Integer, nullable=False),
    Column("progress", Double, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("waiting_for", JSON, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("claimed_at", Double),
    Column("at", Double, nullable=False),
    comment="Every move of every call: the outbox of events, the timeline, and what analytics count.",
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("app_id", Text, ForeignKey("apps.id", ondelete="CASCADE"), primary_key=True),
    Column("path", Path, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sha256", Text, ForeignKey("blobs.sha256")),
    Column("size", BigInteger, nullable=False),
    Column("updated_at", Double, nullable=False),
    comment="Each path's newest version; a deleted file keeps its row, without a sha256.",
)

file_versions = Table(
    "file_versions",
    metadata,
    Column("app_id", Text, ForeignKey("apps.id", ondelete="CASCADE"), primary_key=True),
    Column("path", Path, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sha256", Text, ForeignKey("blobs.sha256")),
    Column("size", BigInteger, nullable=False),
    Column("call_key", Key, ForeignKey("tool_calls.key", ondelete="SET NULL")),
    Column("seq", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
)

tool_declarations = Table(
    "tool_declarations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("declaration", JSON, nullable=False),
    Column("updated_at", Double, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("created_at", Double, nullable=False),
    Column("revoked_at", Double),
)

tokens = Table(
    "tokens",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("key_id", Key, ForeignKey("api_keys.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("app_id", Text),
    Column("message_id", Text),
    Column("grants", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
    comment="Short-lived tokens and browser sessions, as hashes; they end with the key that made them.",
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key_id", Key, ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer),
    Column("answer", JSON(none_as_null=True)),
    Column("at", Double, nullable=False, index=True),
    comment="The first answer to each Idempotency-Key, written in the transaction of the change that it was given for.",
)


def stands_at(statuses: Iterable[str]) -> ColumnElement[bool]:
    """Whether a call stands at one of these, written out, so that any plan of the statement can use a partial index."""
    return tool_calls.c.status.in_([literal_column(f"'{status}'") for status in sorted(statuses)])
