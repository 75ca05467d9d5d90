"""Leases: each worker process says that it lives. One that has not said so for a while counts as lost, if we can be sure.

All leases seem to end at once when Redis was away, emptied or hung. So whoever renews or judges leaves a trace each time,
and what is missing is trusted only when such traces go back without a gap for a whole lease.
"""

from typing import NamedTuple, cast

import redis

KEY = "tr:leases"
WATCH_KEY = "tr:watch"
# Times are milliseconds of the server's own clock. A process that has ended stands at minus the time when it did.
CLOCK = """
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
"""
FORGET = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - 3600000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], 3600000 - now, '(0')
redis.call('EXPIRE', KEYS[1], 3600)
"""
TRACE = """
local lease = tonumber(ARGV[1])
local watch = redis.call('HMGET', KEYS[2], 'since', 'last')
local since = tonumber(watch[1])
if not since or now - tonumber(watch[2]) > lease / 2 then since = now end
redis.call('HSET', KEYS[2], 'since', since, 'last', now)
redis.call('EXPIRE', KEYS[2], 3600)
"""
RENEW = f"""{CLOCK}{TRACE}
redis.call('ZADD', KEYS[1], now + lease, ARGV[2])
{FORGET}"""
LEAVE = f"""{CLOCK}
redis.call('ZADD', KEYS[1], -now, ARGV[1])
{FORGET}"""
LOOK = f"""{CLOCK}{TRACE}
local living = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(0')
return {{now - since >= lease and 1 or 0, living, gone}}
"""


MOST_LOOK_SECONDS = 2.0
LOOKS_IN_A_LEASE = 5


class Leases(NamedTuple):
    """Processes that live, and those known to have ended. Others are lost only when `certain`."""

    certain: bool
    living: frozenset[str]
    gone: frozenset[str]

    def has_left(self, token: str) -> bool:
        """Whether the process that took this claim said that it ends."""
        return _process(token) in self.gone

    def lacks(self, token: str) -> bool:
        """Whether the process that took this claim has no lease any more."""
        return self.certain and _process(token) not in self.living


def renew(client: redis.Redis, process: str, *, seconds: float) -> None:
    """Say that this process lives for so many seconds more."""
    client.eval(RENEW, 2, KEY, WATCH_KEY, int(seconds * 1000), process)


def leave(client: redis.Redis, process: str) -> None:
    """Say that this process ends, so that nobody waits for its lease to run out."""
    client.eval(LEAVE, 1, KEY, process)


def look_seconds(lease_seconds: float) -> float:
    """How often to look: whoever comes less than twice in a lease is never certain, and beats are late at times."""
    return min(MOST_LOOK_SECONDS, lease_seconds / LOOKS_IN_A_LEASE)


def look(client: redis.Redis, *, seconds: float) -> Leases:
    """Who lives. To be called more often than every half lease."""
    certain, living, gone = cast(
        tuple[int, list[bytes], list[bytes]], client.eval(LOOK, 2, KEY, WATCH_KEY, int(seconds * 1000))
    )
    return Leases(bool(certain), frozenset(one.decode() for one in living), frozenset(one.decode() for one in gone))


def _process(token: str) -> str:
    return token.partition(".")[0]
