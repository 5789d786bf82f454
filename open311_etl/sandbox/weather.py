"""Faults between server and caller at seeded rates: errors, limits, hangs, resets, redirects."""

from __future__ import annotations

import gzip
import time
from collections import Counter, deque
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import Annotated, Literal

from open311_etl.sandbox.answer import JSON, Answer, html
from open311_etl.sandbox.draws import chance
from open311_etl.sandbox.entry import to_json
from open311_etl.sandbox.options import Count, Rate

MEGABYTE = 1_000_000
MOVED = "/moved"


@dataclass(frozen=True)
class Weather:
    """Faults that take the place of an answer; each option named for one is the share of calls."""

    seed: Annotated[int, "seed of all shares and rates of faults"] = 311
    faulty_calls: Annotated[
        tuple[str, ...], "calls that faults befall: requests,services; all"
    ] = ()
    recover_after: Annotated[Count, "the same call succeeds after so many faults; 0: by chance"] = 0
    error_500: Annotated[Rate, "Internal Server Error"] = 0
    error_503: Annotated[Rate, "Service Unavailable, with Retry-After as for 429"] = 0
    error_429: Annotated[Rate, "Too Many Requests"] = 0
    retry_after: Annotated[Literal["seconds", "date", "none"], "form of Retry-After"] = "seconds"
    retry_seconds: Annotated[Count, "what Retry-After says"] = 1
    rate_per_minute: Annotated[Count, "more calls in a minute of real time get 429; 0: any"] = 0
    html_403: Annotated[Rate, "Access Denied by a network in front (Q-ERR-7)"] = 0
    html_200: Annotated[Rate, "a page of HTML with 200 (Q-ERR-1)"] = 0
    redirect: Annotated[Rate, "302 to /moved/..., where the same is served (Q-ERR-9)"] = 0
    redirect_to: Annotated[str, "other scheme, host and port of it; 'loop': to itself for ever"] = (
        ""
    )
    oversize: Annotated[Rate, "a body of blanks that is too large"] = 0
    bomb: Annotated[Rate, "a small gzip body that unpacks to one that is too large"] = 0
    large_mb: Annotated[Count, "size of such bodies in megabytes"] = 128
    hang: Annotated[Rate, "no answer at all until the caller gives up"] = 0
    reset: Annotated[Rate, "the connection is broken before an answer"] = 0


class Dice:
    """Decides which faults befall a call: seeded, so that the n-th call has the same fate again."""

    def __init__(self, ways: Weather, names: tuple[str, ...]) -> None:
        self._ways = ways
        self._rates = {name: getattr(ways, name) for name in names if getattr(ways, name) > 0}
        self._calls = 0
        self._hits: Counter[str] = Counter()

    def cast(self, call: str, target: str) -> frozenset[str]:
        """Give the names of the faults that befall this call of that path and query."""
        ways = self._ways
        if not self._rates or (ways.faulty_calls and call not in ways.faulty_calls):
            return frozenset()
        self._calls += 1
        if ways.recover_after and self._hits[target] >= ways.recover_after:
            return frozenset()
        struck = frozenset(
            name
            for name, rate in self._rates.items()
            if chance(ways.seed, name, self._calls) < rate
        )
        if struck:
            self._hits[target] += 1
        return struck


class Throttle:
    """Counts calls in the last minute of real time (Q-RATE-1)."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute
        self._calls: deque[float] = deque()

    def refuse(self) -> Answer | None:
        """Give 429 with the seconds until there is room, ``None`` while there is."""
        if not self._most:
            return None
        now = time.monotonic()
        while self._calls and self._calls[0] <= now - 60:
            self._calls.popleft()
        if len(self._calls) < self._most:
            self._calls.append(now)
            return None
        return _busy(429, {"retry-after": str(int(self._calls[0] + 61 - now))})


def storm(struck: frozenset[str], target: str, ways: Weather) -> Answer | None:
    """Give the answer that the faults put in place of the right one, if they do."""
    hit = next((name for name in STORMS if name in struck), None)
    return _storm(hit, target, ways) if hit else None


STORMS = (
    "reset",
    "hang",
    "error_500",
    "error_503",
    "error_429",
    "html_403",
    "html_200",
    "redirect",
    "oversize",
    "bomb",
)
"""Faults that take the place of an answer, the first that befalls a call wins."""


def _storm(fault: str, target: str, ways: Weather) -> Answer:
    match fault:
        case "reset" | "hang":
            return Answer(0, b"", {}, "reset" if fault == "reset" else "hang")
        case "error_503" | "error_429":
            return _busy(int(fault[-3:]), _retry(ways))
        case "redirect":
            return Answer(302, b"", {"location": _elsewhere(target, ways.redirect_to)})
        case "oversize" | "bomb":
            return _large(fault, ways.large_mb)
    return html(int(fault[-3:]), _SAID[fault])


def _large(fault: str, megabytes: int) -> Answer:
    if fault == "bomb":
        headers = {"content-type": JSON, "content-encoding": "gzip"}
        return Answer(200, _packed(megabytes), headers)
    return Answer(200, b"[" + b" " * (megabytes * MEGABYTE) + b"]", {"content-type": JSON})


_SAID = {
    "error_500": "Internal Server Error",
    "html_403": "Access Denied",
    "html_200": "We will be back soon",
}


def _busy(status: int, headers: dict[str, str]) -> Answer:
    said = "Too Many Requests" if status == 429 else "Service Unavailable"
    body = to_json([{"code": status, "description": said}])
    return Answer(status, body, {"content-type": JSON, **headers})


def _retry(ways: Weather) -> dict[str, str]:
    if ways.retry_after == "none":
        return {}
    if ways.retry_after == "date":
        return {"retry-after": formatdate(time.time() + ways.retry_seconds, usegmt=True)}
    return {"retry-after": str(ways.retry_seconds)}


def _elsewhere(target: str, base: str) -> str:
    return target if base == "loop" else base.rstrip("/") + MOVED + target


@lru_cache(maxsize=2)
def _packed(megabytes: int) -> bytes:
    """Blanks in gzip members of a megabyte each: a decoder sees one stream."""
    return gzip.compress(b" " * MEGABYTE, 9) * megabytes
