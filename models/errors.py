"""The one tree of errors. Each class has a stable slug and an HTTP status; the gateway and the runner each have one handler."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from models.jsontext import writable


class ToolreelError(Exception):
    """Root of all errors that a client may see. `detail` is a sentence for them; `errors` name the entries that are wrong.

    `members` are further members of the problem that the gateway answers with.
    """

    slug = "internal"
    title = "Something went wrong on our side"
    status = 500
    retryable = False

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[dict[str, Any]] = (),
        retry_after: float | None = None,
        members: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = list(errors)
        self.retry_after = retry_after
        self.members = members

    def as_call_error(self) -> dict[str, Any]:
        """The `error` of a failed call: `{"type", "title", "detail", "retryable"}`."""
        detail = writable(self.detail)
        return {"type": self.slug, "title": self.title, "detail": detail, "retryable": self.retryable}


class Malformed(ToolreelError):
    """Raised when a request is not what the contract says it must be."""

    slug, title, status = "malformed", "The request is malformed", 400


class Unauthorized(ToolreelError):
    """Raised when a request carries no key, or one that is not known."""

    slug, title, status = "unauthorized", "A valid API key is needed", 401


class Forbidden(ToolreelError):
    """Raised when a key is known but may not do this."""

    slug, title, status = "forbidden", "This key may not do that", 403


class NotFound(ToolreelError):
    """Raised when what a path names does not exist."""

    slug, title, status = "not-found", "There is nothing here", 404


class MethodNotAllowed(ToolreelError):
    """Raised when a path exists but not for this method."""

    slug, title, status = "method-not-allowed", "This method is not allowed here", 405


class RequestTimeout(ToolreelError):
    """Raised when a request's body stops coming in."""

    slug, title, status, retryable = "request-timeout", "The request did not arrive in time", 408, True


class Conflict(ToolreelError):
    """Raised when something stands in the way of a change, like a folder where a file should go."""

    slug, title, status = "conflict", "This conflicts with what is there", 409


class CallIdConflict(Conflict):
    """Raised when a tool call's id was used before in its message, for something else."""

    slug, title = "tool-call-id-conflict", "This id belongs to another tool call"


class Busy(Conflict):
    """Raised when a file's turn does not come in time, because running calls use it."""

    slug, title, retryable = "busy", "Running tool calls use this file", True


class AlreadyFinal(Conflict):
    """Raised when a control comes too late: the call has ended, or is being cancelled."""

    slug, title = "already-final", "This tool call has ended"


class NotPausable(Conflict):
    """Raised when a call that cannot be paused while it runs is asked to."""

    slug, title = "not-pausable", "This tool call cannot be paused"


class NotRetryable(Conflict):
    """Raised when a call was refused as it was written, so that another try would end the same way."""

    slug, title = "not-retryable", "Trying this again would not help"


class TimedOut(ToolreelError):
    """Raised when a stage takes longer than its tool declared."""

    slug, title, status = "timed-out", "The tool took too long", 422


class WorkerLost(ToolreelError):
    """Raised when the workers of a call were lost again and again."""

    slug, title, status, retryable = "worker-lost", "The workers that ran this were lost", 503, True


class PreconditionFailed(ToolreelError):
    """Raised when `If-Match` or `If-None-Match` does not hold for a write."""

    slug, title, status = "precondition-failed", "The file is not at the version you named", 412


class TooLarge(ToolreelError):
    """Raised when a file, an app or a request is over its limit."""

    slug, title, status = "too-large", "This is too large", 413


class UnsupportedMediaType(ToolreelError):
    """Raised when a body is of a kind that is not read here."""

    slug, title, status = "unsupported-media-type", "This content type is not read here", 415


class InvalidArguments(ToolreelError):
    """Raised when a model's arguments break the tool's schema."""

    slug, title, status = "invalid-arguments", "The tool cannot take these arguments", 422


class IdempotencyMismatch(ToolreelError):
    """Raised when an Idempotency-Key was used before, for another request."""

    slug, title, status = "idempotency-key-reused", "This Idempotency-Key belongs to another request", 422


class UnknownTool(ToolreelError):
    """Raised when a model names a tool that was never declared."""

    slug, title, status = "unknown-tool", "No such tool", 422


class ToolFailed(ToolreelError):
    """Raised by a tool when it cannot do what was asked; the detail is for the model."""

    slug, title, status = "tool-failed", "The tool could not do this", 422


class FileMissing(ToolFailed):
    """Raised when a tool needs a file that the app does not have."""

    slug, title = "file-missing", "There is no such file"


class Mismatch(ToolFailed):
    """Raised when the text to replace is not at the lines that were named."""

    slug, title = "mismatch", "The text is not at those lines"


class ProcessFailed(ToolFailed):
    """Raised when a program that a tool runs ends with another exit code than 0, or by a signal."""

    slug, title = "process-failed", "A program that the tool runs failed"


class ProviderFailed(ToolFailed):
    """Raised when a service outside, which a tool needs, did not do its part; it may another time."""

    slug, title, status, retryable = "provider-failed", "A service that the tool needs failed", 502, True


class Unavailable(ToolreelError):
    """Raised when the store or the broker is known to be down; nothing was accepted."""

    slug, title, status, retryable = "unavailable", "A service that this needs is down", 503, True
