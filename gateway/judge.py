"""Whether a model's call can run: its tool, its arguments, and what follows from them. Pure."""

import difflib
import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from gateway.entry import Entry
from gateway.schema import expected, problems
from models.declaration import Declaration
from models.errors import InvalidArguments, ToolreelError, UnknownTool
from models.jsontext import encode
from models.submit import NewCall

MOST_NAME = 128
MOST_TOOLS_NAMED = 40


def judge(entry: Entry, declared: Mapping[str, Declaration], live: Collection[str]) -> NewCall:
    """The call to store. One with a mistake of the model's has an error, which says how to do better."""
    declaration = declared.get(entry.name)
    if declaration is None:
        return _refused(entry, None, UnknownTool(_no_tool(entry.name, declared)))
    if entry.mistake:
        return _refused(entry, declaration, InvalidArguments(f"{entry.mistake}. {_usage(declaration)}"))
    wrong = problems(declaration.parameters, entry.arguments)
    if wrong:
        return _refused(entry, declaration, InvalidArguments(f"{'; '.join(wrong)}. {_usage(declaration)}"))
    try:
        return _accepted(entry, declaration, live)
    except ValueError as error:
        # A path that the schema lets by, because its field lacks the format.
        return _refused(entry, declaration, InvalidArguments(f"a path {error}. {_usage(declaration)}"))


def waiting_note(name: str) -> str:
    """What a queued call says while no live worker offers its tool."""
    return f"waiting for a worker that offers {name}"


def _accepted(entry: Entry, declaration: Declaration, live: Collection[str]) -> NewCall:
    return NewCall(
        id=entry.id,
        name=entry.name,
        arguments=entry.arguments,
        fingerprint=_fingerprint(entry),
        title=_title(declaration, entry.arguments) or entry.name,
        target=declaration.target_of(entry.arguments),
        stages=_stages(declaration),
        queue=declaration.queue,
        pausable=declaration.pausable,
        accesses=declaration.accesses(entry.arguments),
        detail={} if entry.name in live else {"note": waiting_note(entry.name)},
    )


def _refused(entry: Entry, declaration: Declaration | None, error: ToolreelError) -> NewCall:
    arguments = {} if entry.arguments is None else entry.arguments
    name = _printable(entry.name)[:MOST_NAME]
    return NewCall(
        id=entry.id,
        name=name,
        arguments=arguments,
        fingerprint=_fingerprint(entry),
        title=(declaration and isinstance(arguments, dict) and _printable(declaration.title_of(arguments))) or name,
        stages=_stages(declaration) if declaration else (),
        queue=declaration.queue if declaration else "",
        error=error.as_call_error(),
    )


def _title(declaration: Declaration, arguments: Mapping[str, Any]) -> str:
    touched = (*declaration.reads, *declaration.writes)
    paths = {touch.argument: touch.resolve(arguments) for touch in touched if touch.argument is not None}
    return _printable(declaration.title_of({**arguments, **paths}))


def _stages(declaration: Declaration) -> tuple[dict[str, Any], ...]:
    return tuple(stage.model_dump() for stage in declaration.stages)


def _fingerprint(entry: Entry) -> str:
    return hashlib.sha256(encode([entry.name, entry.arguments], sort_keys=True)).hexdigest()


def _no_tool(name: str, declared: Collection[str]) -> str:
    near = difflib.get_close_matches(name[:MOST_NAME].lower(), declared, n=3, cutoff=0.5)
    known = ", ".join(sorted(declared)[:MOST_TOOLS_NAMED]) or "none yet"
    guess = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"There is no tool {_printable(name)[:MOST_NAME]}.{guess} The tools are: {known}"


def _usage(declaration: Declaration) -> str:
    return f"{declaration.name} takes {expected(declaration.parameters) or 'no arguments: {}'}"


def _printable(text: str) -> str:
    """Without control characters, which a database may refuse and a page should not show."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
