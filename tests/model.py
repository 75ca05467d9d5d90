"""A model's API on this machine: answers each request with the next of some kept streams, and keeps what it was asked."""

import json
import re
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

HOLD = re.compile(rb": held until (\S+) has succeeded")
RECORDED = Path(__file__).parent / "examples" / "recorded"

Answer = tuple[int, bytes]


def recorded(form: str) -> list[Answer]:
    """The turns of a conversation: two calls, a mistake, its correction, last words.

    Written in the wire format of the vendor's API, which the vendor's own client reads in the tests too.
    """
    return [(200, (RECORDED / f"{form}-{turn}.sse").read_bytes()) for turn in (1, 2, 3, 4)]


class Model:
    """Use as a context manager. `hold(call id)` returns when a stream that is held until that call succeeds may go on."""

    def __init__(self, answers: Sequence[Answer], hold: Callable[[str], object] = lambda call: None) -> None:
        self._answers = iter(answers)
        self._hold = hold
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.held: list[str] = []
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> "Model":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                model.asked.append((self.path, json.loads(body)))
                status, content = next(model._answers)
                self.send_response(status)
                self.send_header("Content-Type", "text/event-stream" if status == 200 else "application/json")
                self.send_header("Transfer-Encoding", "chunked")
                self.send_header("Connection", "close")
                self.end_headers()
                for event in content.split(b"\n\n"):
                    model._tell(self, event)
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, format: str, *args: object) -> None:
                """Tests read what was asked, not a log."""

        return Handler

    def _tell(self, handler: BaseHTTPRequestHandler, event: bytes) -> None:
        """Send an event in two pieces, for a network cuts where it likes; or hold the stream, if that is what it says."""
        if held := HOLD.fullmatch(event):
            self._hold(held[1].decode())
            self.held.append(held[1].decode())
            return
        middle = len(event) // 2
        for piece in (event[:middle], event[middle:] + b"\n\n"):
            if piece:
                handler.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
