"""An app's files: what there is, what there was, and what an archive changed."""

from pydantic import Field

from gateway.spec.model import CallId, Count, Instant, MessageId, Model, Sha256


class File(Model):
    """A file of the app."""

    path: str
    size: Count = Field(description="In bytes.")
    version: int = Field(ge=1)
    sha256: Sha256
    updated_at: Instant


class Files(Model):
    """All of the app's files, sorted by path."""

    files: list[File]


class FileVersion(Model):
    """A version of a file, and the tool call that made it (null: it was written over HTTP)."""

    version: int = Field(ge=1)
    size: Count | None
    sha256: Sha256 | None = Field(description="Null in a version that deleted the file.")
    deleted: bool
    message_id: MessageId | None
    tool_call_id: CallId | None
    updated_at: Instant


class FileHistory(Model):
    """A page of a file's versions, newest first."""

    path: str
    versions: list[FileVersion]
    next: str | None = Field(description="The next page's `before`; null on the last page.")


class TreeReplaced(Model):
    """What an archive did."""

    files: Count = Field(description="How many files the app has.")
    changed: Count = Field(
        description="How many files were written or deleted; those that are the same stay as they are."
    )
    bytes: Count
