"""An app's event log: appending and publishing in one script, which also refuses what is older than the last word told.

Keys of app A, all with a TTL: `tr:{A}:log` the stream, `tr:{A}:era` a random word that changes when the log was lost,
`tr:{A}:told:<subject>` the newest version and progress of a subject (and, while it may still change, its data).
What is published on the channel `tr:{A}:log` is `<era>-<ms>-<n> <header>` LF `<data>`.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import redis
from redis.exceptions import NoScriptError

from models.events import Entry
from models.settings import Settings

APPEND = """
local stream, era_key, told_key = KEYS[1], KEYS[2], KEYS[3]
local ttl, most, new_era, header, data = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local fenced, live, version, progress = ARGV[6] == '1', ARGV[7] == '1', tonumber(ARGV[8]), tonumber(ARGV[9])
if fenced then
  local told = redis.call('HMGET', told_key, 'v', 'p')
  if told[1] then
    local v, p = tonumber(told[1]), tonumber(told[2])
    if v > version or (v == version and (p > progress or not live)) then return false end
  end
  redis.call('HSET', told_key, 'v', ARGV[8], 'p', ARGV[9], 'd', live and data or '')
  redis.call('EXPIRE', told_key, ttl)
end
local era = redis.call('GET', era_key)
if not era then
  era = new_era
  redis.call('SET', era_key, era)
  redis.call('DEL', stream)
end
redis.call('EXPIRE', era_key, ttl)
local id = redis.call('XADD', stream, 'MAXLEN', '~', most, '*', 'h', header, 'd', data)
redis.call('EXPIRE', stream, ttl)
local public = era .. '-' .. id
redis.call('PUBLISH', stream, public .. ' ' .. header .. '\\n' .. data)
return public
"""


@dataclass(frozen=True, order=True)
class EventId:
    """Where an event stands in its app's log; ids of one era compare as numbers. Written `{era}-{ms}-{n}`."""

    era: str
    ms: int
    n: int

    @classmethod
    def parse(cls, text: str) -> "EventId":
        """Raises ValueError for anything that is not an id of ours."""
        era, ms, n = text.split("-")
        if not (era.isascii() and era.isalnum() and ms.isdecimal() and n.isdecimal()):
            raise ValueError(f"not an event id: {text!r}")
        return cls(era, int(ms), int(n))

    def __str__(self) -> str:
        return f"{self.era}-{self.ms}-{self.n}"


@dataclass(frozen=True)
class Event:
    """An entry as it stands in the log."""

    id: EventId
    kind: str
    message_id: str
    subject: str
    version: int
    progress: float
    live: bool
    data: bytes

    @classmethod
    def parse(cls, id_: EventId, header: bytes, data: bytes) -> "Event":
        kind, message_id, subject, version, progress, live = header.decode().split(" ")
        return cls(id_, kind, message_id, subject, int(version), float(progress), live == "1", data)

    @classmethod
    def from_channel(cls, payload: bytes) -> "Event":
        head, _, data = payload.partition(b"\n")
        id_, _, header = head.partition(b" ")
        return cls.parse(EventId.parse(id_.decode()), header, data)


def stream_key(app_id: str) -> str:
    return f"tr:{{{app_id}}}:log"


def era_key(app_id: str) -> str:
    return f"tr:{{{app_id}}}:era"


def told_key(app_id: str, subject: str) -> str:
    return f"tr:{{{app_id}}}:told:{subject}"


class EventLog:
    """The writing end of every app's log. Raises redis.RedisError when Redis cannot be reached."""

    def __init__(self, client: redis.Redis, settings: Settings) -> None:
        self.client = client
        self._limits = (settings.log_seconds, settings.log_events)
        self._sha = ""

    def append(self, entries: Sequence[Entry]) -> list[str | None]:
        """Append and publish; gives each entry's id, or None where something newer was told before. One round trip."""
        if not entries:
            return []
        answers = self._run(entries) if self._sha else [NoScriptError()]
        if any(isinstance(answer, NoScriptError) for answer in answers):
            self._sha = str(self.client.script_load(APPEND))
            answers = self._run(entries)
        return [_id(answer) for answer in answers]

    def _run(self, entries: Sequence[Entry]) -> list[bytes | Exception | None]:
        if len(entries) == 1:
            return [self._run_one(entries[0])]
        pipeline = self.client.pipeline(transaction=False)
        for entry in entries:
            pipeline.evalsha(self._sha, 3, *self._arguments(entry))
        return pipeline.execute(raise_on_error=False)

    def _run_one(self, entry: Entry) -> bytes | Exception | None:
        try:
            answer: bytes | None = self.client.evalsha(self._sha, 3, *self._arguments(entry))
        except NoScriptError as error:
            return error
        return answer

    def _arguments(self, entry: Entry) -> list[Any]:
        app, live = entry.app_id, int(entry.live)
        header = f"{entry.kind} {entry.message_id} {entry.subject} {entry.version} {entry.progress:.3f} {live}"
        keys = [stream_key(app), era_key(app), told_key(app, entry.subject)]
        limits = [*self._limits, secrets.token_hex(4), header, entry.data]
        return keys + limits + [int(bool(entry.subject)), live, entry.version, f"{entry.progress:.3f}"]


def _id(answer: bytes | Exception | None) -> str | None:
    if isinstance(answer, Exception):
        raise answer
    return answer.decode() if answer else None
