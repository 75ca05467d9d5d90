"""Reading a request's body, never more of it than is allowed."""

from collections.abc import AsyncIterator, Iterable
from json import JSONDecodeError
from typing import Any, TypeVar

import anyio
import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from gateway.context import gateway_of
from models.errors import Malformed, RequestTimeout, TooLarge, UnsupportedMediaType
from models.jsontext import decode, encode

M = TypeVar("M", bound=BaseModel)

MOST_DEPTH = 250


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
    """The body as it comes in. Raises TooLarge as soon as it is known to be longer, RequestTimeout when nothing comes any
    more, UnsupportedMediaType when it is compressed, and Malformed when it is only a part.
    """
    _refuse_coded(request)
    if _declared(request) > most:
        raise _too_large(most)
    size = 0
    async for chunk in _received(request):
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
        # It also gives up at an integer of more than 64 bits, before it has seen how deep the rest is.
        return "ecursion" in str(error) or _is_deeper(value, MOST_DEPTH)
    return False


def _is_deeper(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse_coded(request: Request) -> None:
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        raise UnsupportedMediaType(f"the body must not be encoded ({coding[:100]})")
    if "content-range" in request.headers:
        raise Malformed("the body must be the whole of it, without Content-Range")


def _declared(request: Request) -> int:
    """The length that the request says its body has, 0 when it does not say."""
    given = request.headers.get("content-length", "0")
    return int(given[:20]) if given.isascii() and given.isdecimal() else 0


async def _received(request: Request) -> AsyncIterator[bytes]:
    """The body's pieces, each of which must come in time."""
    seconds = gateway_of(request).settings.body_seconds
    stream = aiter(request.stream())
    while True:
        try:
            with anyio.fail_after(seconds):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise RequestTimeout(f"nothing more of the body came within {seconds:g} seconds") from error
        yield piece


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
