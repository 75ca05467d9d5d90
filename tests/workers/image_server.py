"""A server on this machine that speaks OpenAI's image API, and answers as the test has told it to, one script a request."""

import base64
import io
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image

KEY = "sk-very-secret"
Script = Callable[["Handler"], None]


def png(width: int = 512, height: int = 512, colour: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@dataclass
class ImageServer:
    """Its URL, the scripts that are left, and the requests that came: (authorization, body)."""

    url: str
    scripts: list[Script] = field(default_factory=list)
    requests: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    api: ImageServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.api.requests.append((self.headers["Authorization"], body))
        self.close_connection = True
        if self.path != "/v1/images/generations":
            answer(404)(self)
            return
        self.server.api.scripts.pop(0)(self)

    def start(self, status: int, content_type: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Connection": "close", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def chunk(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
        self.wfile.flush()

    def event(self, kind: str, **data: object) -> None:
        self.chunk(f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode())

    def partial(self, index: int) -> None:
        self.event("image_generation.partial_image", b64_json=b64(png()), partial_image_index=index)

    def hang(self) -> None:
        """Say nothing more until the client or the test goes away."""
        self.connection.settimeout(0.05)
        while not self.server.api.closing.is_set():
            try:
                if not self.connection.recv(1):
                    self.server.api.hung_up.set()
                    return
            except TimeoutError:
                continue

    def log_message(self, *_: object) -> None:
        return


def answer(status: int, body: object = None, **headers: str) -> Script:
    """One whole answer: a JSON value, or bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def script(handler: Handler) -> None:
        handler.start(status, "application/json", Content_Length=str(len(content)), **headers)
        handler.wfile.write(content)

    return script


def refusal(status: int, message: str = "", code: str = "", param: str = "", **headers: str) -> Script:
    error = {"message": message, "type": "some_error", "code": code, "param": param}
    return answer(status, {"error": error}, **headers)


def plain(content: bytes) -> Script:
    return answer(200, {"created": 1, "data": [{"b64_json": b64(content)}]})


def stream(*steps: Callable[[Handler], None], is_whole: bool = True) -> Script:
    """A streamed answer; one that is not whole ends without the last chunk."""

    def script(handler: Handler) -> None:
        handler.start(200, "text/event-stream; charset=utf-8", Transfer_Encoding="chunked")
        for step in steps:
            step(handler)
        if is_whole:
            handler.wfile.write(b"0\r\n\r\n")

    return script


def partials(count: int) -> Sequence[Callable[[Handler], None]]:
    return [lambda handler, index=index: handler.partial(index) for index in range(count)]  # type: ignore[misc]


def completed(content: bytes) -> Callable[[Handler], None]:
    return lambda handler: handler.event("image_generation.completed", b64_json=b64(content), usage={"total_tokens": 1})


@contextmanager
def image_server() -> Iterator[ImageServer]:
    server = Server(("127.0.0.1", 0), Handler)
    server.api = ImageServer(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.api
    finally:
        server.api.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
