"""An app's event log: appending and publishing in one script, which also refuses what is older than the last word told.

Keys of app A, all with a TTL: `tr:{A}:log` the stream, `tr:{A}:era` a random word that changes when the log was lost,
`tr:{A}:told:<subject>` the newest version and progress of a subject (and, while it may still change, its data).
What is published on the channel `tr:{A}:log` is `<era>-<ms>-<n> <header>` LF `<data>`.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import redis
from redis.exceptions import NoScriptError

from models.events import Entry
from models.settings import Settings

# For each entry a key beside the first two, and seven arguments beside the first three. It ends at the first entry whose
# subject has versions that nobody told: those come first.
APPEND = """
local stream, era_key = KEYS[1], KEYS[2]
local ttl, most = ARGV[1], ARGV[2]
local era = redis.call('GET', era_key)
if not era then
  era = ARGV[3]
  redis.call('SET', era_key, era)
  redis.call('DEL', stream)
end
local ids = {}
for i = 3, #KEYS do
  local told_key, at = KEYS[i], 3 + (i - 3) * 7
  local header, data, fenced, live = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3] == '1', ARGV[at + 4] == '1'
  local version, progress, since = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6]), tonumber(ARGV[at + 7])
  local old = false
  if fenced then
    local told = redis.call('HMGET', told_key, 'v', 'p')
    local v, p = tonumber(told[1] or '-1'), tonumber(told[2] or '-1')
    old = v > version or (v == version and (p > progress or not live))
    if since >= 0 and math.max(v, since) < version - (live and 0 or 1) then break end
    if not old then
      redis.call('HSET', told_key, 'v', ARGV[at + 5], 'p', ARGV[at + 6], 'd', live and data or '')
      redis.call('EXPIRE', told_key, ttl)
    end
  end
  if old then
    ids[#ids + 1] = false
  else
    local id = era .. '-' .. redis.call('XADD', stream, 'MAXLEN', '~', most, '*', 'h', header, 'd', data)
    redis.call('PUBLISH', stream, id .. ' ' .. header .. '\\n' .. data)
    ids[#ids + 1] = id
  end
end
redis.call('EXPIRE', era_key, ttl)
redis.call('EXPIRE', stream, ttl)
return ids
"""

HELD = "held"
"""The answer for an entry that was not appended, since earlier versions of its subject, or of one before it, are missing."""


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
        """Append and publish in one round trip.

        Gives each entry's id, None where something newer was told before, HELD where something older was not.
        """
        groups = [list(group) for _, group in groupby(entries, key=lambda entry: entry.app_id)]
        if not groups:
            return []
        answers = self._run(groups) if self._sha else [NoScriptError()]
        if any(isinstance(answer, NoScriptError) for answer in answers):
            self._sha = str(self.client.script_load(APPEND))
            answers = self._run(groups)
        return [id_ for group, answer in zip(groups, answers, strict=True) for id_ in _ids(group, answer)]

    def _run(self, groups: Sequence[Sequence[Entry]]) -> list[Any]:
        if len(groups) == 1:
            return [self._run_one(groups[0])]
        pipeline = self.client.pipeline(transaction=False)
        for group in groups:
            pipeline.evalsha(self._sha, len(group) + 2, *self._arguments(group))
        return pipeline.execute(raise_on_error=False)

    def _run_one(self, group: Sequence[Entry]) -> Any:
        try:
            return self.client.evalsha(self._sha, len(group) + 2, *self._arguments(group))
        except NoScriptError as error:
            return error

    def _arguments(self, group: Sequence[Entry]) -> list[Any]:
        app = group[0].app_id
        keys = [stream_key(app), era_key(app), *(told_key(app, entry.subject) for entry in group)]
        values: list[Any] = [*self._limits, secrets.token_hex(4)]
        for entry in group:
            live, progress = int(entry.live), f"{entry.progress:.3f}"
            header = f"{entry.kind} {entry.message_id} {entry.subject} {entry.version} {progress} {live}"
            values += [header, entry.data, int(bool(entry.subject)), live, entry.version, progress, entry.since]
        return keys + values


def _ids(group: Sequence[Entry], answer: Any) -> list[str | None]:
    if isinstance(answer, Exception):
        raise answer
    ids: list[str | None] = [one.decode() if one else None for one in answer]
    return ids + [HELD] * (len(group) - len(ids))
