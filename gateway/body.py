"""Reading a request's body, never more of it than is allowed."""

from collections.abc import AsyncIterator
from json import JSONDecodeError
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from models.errors import Malformed, TooLarge, UnsupportedMediaType
from models.jsontext import decode, encode

M = TypeVar("M", bound=BaseModel)


async def read_json_text(request: Request, most: int) -> bytes:
    """The body of a request that says it sends JSON. Raises UnsupportedMediaType and TooLarge."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedMediaType(f"send application/json, not {kind[:100]}")
    return await read_body(request, most)


async def read_body(request: Request, most: int) -> bytes:
    """The whole body, at most so many bytes of it. Raises TooLarge and UnsupportedMediaType."""
    return b"".join([chunk async for chunk in chunks(request, most)])


async def chunks(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body as it comes in. Raises TooLarge as soon as it is known to be longer, and UnsupportedMediaType."""
    coding = request.headers.get("content-encoding", "identity").lower()
    if coding != "identity":
        raise UnsupportedMediaType(f"the body must not be encoded ({coding[:100]})")
    declared = request.headers.get("content-length", "0")
    size = int(declared[:20]) if declared.isascii() and declared.isdecimal() else 0
    if size > most:
        raise _too_large(most)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        yield chunk


async def read_model(request: Request, kind: type[M], most: int) -> M:
    """The body as a model. Raises Malformed that names each field that is wrong, and what `read_json_text` raises."""
    return parse_model(await read_json_text(request, most), kind)


def parse_model(text: bytes, kind: type[M]) -> M:
    """A body's JSON object as a model. Raises Malformed that names each field that is wrong."""
    value = parse_object(text)
    try:
        return kind.model_validate_json(encode(value))
    except ValidationError as error:
        wrong = [{"pointer": _pointer(one["loc"]), "detail": _words(one["msg"])} for one in error.errors()]
        summary = "; ".join(f"{one['pointer'].lstrip('/')} {one['detail']}".strip() for one in wrong)
        raise Malformed(summary, errors=wrong) from error


def parse_object(text: bytes) -> dict[str, Any]:
    """A body's JSON object. Raises Malformed, saying where it is no JSON."""
    value = _parse(text)
    if not isinstance(value, dict):
        raise Malformed("the body must be a JSON object")
    return value


def is_too_deep(value: Any) -> bool:
    """Whether a JSON value is nested deeper than we can store: more than about 250 levels."""
    try:
        orjson.dumps(value)
    except TypeError as error:
        return "ecursion" in str(error)
    return False


def _parse(text: bytes) -> Any:
    try:
        text.decode()
        value = decode(text)
    except UnicodeDecodeError as error:
        raise Malformed(f"the body is not UTF-8: {error.reason} at byte {error.start}") from error
    except JSONDecodeError as error:
        raise Malformed(f"the body is not JSON: {error}") from error
    if is_too_deep(value):
        raise Malformed("the body is nested too deeply")
    return value


def _pointer(place: tuple[int | str, ...]) -> str:
    return "".join(f"/{part}" for part in place)


def _words(text: str) -> str:
    return text.removeprefix("Value error, ").removeprefix("Input ")


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"the body may have at most {most} bytes")
