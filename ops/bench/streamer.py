"""The least that streams: `python -m ops.bench.streamer`. Redis' messages go to one client, as they are, and nothing else.

The first line of standard input says which: `{"url", "channel"}`. It serves HTTP as far as its one client needs that, on
the port that it answers with, on the event loop that the gateway has.
"""

import asyncio
import json
import sys

import redis.asyncio as redis

from ops.bench.wire import HEAD_END

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


class Streamer:
    """Each client gets a subscription of its own; there is one client."""

    def __init__(self, url: str, channel: str) -> None:
        self._client = redis.Redis.from_url(url)
        self._channel = channel

    async def serve(self) -> None:
        server = await asyncio.start_server(self._stream, "127.0.0.1", 0)
        print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
        await server.serve_forever()

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(HEAD_END)
        async with self._client.pubsub() as pubsub:
            await pubsub.subscribe(self._channel)
            writer.write(HEAD)
            async for message in pubsub.listen():
                data = message["data"] if message["type"] == "message" else b"{}"
                kind = b"tool_call" if message["type"] == "message" else b"open"
                event = b"event: %b\ndata: %b\n\n" % (kind, data)
                writer.write(b"%x\r\n%b\r\n" % (len(event), event))


def main() -> None:
    task = json.loads(sys.stdin.readline())
    streamer = Streamer(task["url"], task["channel"])
    if sys.platform == "win32":
        asyncio.run(streamer.serve())
    else:
        import uvloop

        uvloop.run(streamer.serve())


if __name__ == "__main__":
    main()
