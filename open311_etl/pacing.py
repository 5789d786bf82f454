"""How long to wait, how many at once, and when to stop asking a source (rule 9 of the data)."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import re
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyrate_limiter import InMemoryBucket, Rate, RateItem, SQLiteBucket
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from open311_etl.config import Source
from open311_etl.errors import SourceDown, SourceError

LONGEST_REST = 600.0
"""The longest Retry-After, in seconds, that is sat out; a longer one ends the call instead."""

FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 60.0
FIRST_WIDTH = 2.0

_log = logging.getLogger(__name__)


class Fault(Exception):
    """One try that failed: what happened, in words, and how often trying again may help.

    ``kind`` is the error that it becomes when no try is left; ``again`` the most tries after the
    first that it is worth (``None``: as many as are allowed at all, 0: it would only happen again);
    ``said`` the server's own words, ``advice`` what the user can do. ``strained``: the server seems
    to have too much to do. ``sent``: something may have reached it.
    """

    def __init__(
        self,
        what: str,
        kind: type[SourceError] = SourceDown,
        *,
        again: int | None = None,
        said: str = "",
        advice: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        strained: bool = False,
        sent: bool = True,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.kind = kind
        self.again = again
        self.said = said
        self.advice = advice
        self.status = status
        self.retry_after = retry_after
        self.strained = strained
        self.sent = sent


def asked_rest(headers: Mapping[str, str]) -> float | None:
    """Give the seconds of rest that a server asks for with Retry-After, or ``None``.

    Takes headers with lower-case names; reads seconds and HTTP dates, these by the server's own
    clock where it tells it.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d*)?", value):
        return float(value)
    until = _http_date(value)
    if until is None:
        return None
    now = _http_date(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Pace:
    """The pace at which one source is asked: shared by all who ask it in one event loop.

    Few calls run at once at first; each round of good, quick answers admits one more, up to the
    source's ``concurrency``; signs of strain halve them. A Retry-After lets everyone rest. The
    source's ``rate_per_minute`` holds for all processes that name the same ``state_dir`` (for this
    process alone where that is ``None``), per host, because servers count per host and address.

    ``wait`` and ``jitter`` are for tests: what is waited for counts as passed when ``wait``
    returns, and ``jitter`` gives a random share of its argument.
    """

    def __init__(
        self,
        source: Source,
        state_dir: Path | None = None,
        *,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[float], float] = lambda most: random.uniform(0, most),  # noqa: S311
    ) -> None:
        self._source = source
        self._wait = wait
        self._jitter = jitter
        rate = source.rate_per_minute
        self._budget = _Budget(source, rate, state_dir) if rate else None
        self._width = min(FIRST_WIDTH, float(source.concurrency))
        self._latency = _Latency()
        self._halved_at = float("-inf")
        self._rest_until = float("-inf")
        self._ahead = 0.0
        self._running = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def width(self) -> int:
        """How many calls may run at once now."""
        return int(self._width)

    def now(self) -> float:
        """Give the time in seconds, by a clock of this pace alone that never goes back."""
        return time.monotonic() + self._ahead

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until one more call may be sent, and hold its place until the block ends.

        Raises Fault (``again=0``) where the source asked for a rest longer than LONGEST_REST.
        """
        await self._enter()
        try:
            await self._rest()
            while self._budget and (seconds := await self._budget.take(self._ahead)) > 0:
                await self.sleep(seconds)
            await self._rest()  # which others may have been asked for meanwhile
            yield
        finally:
            self._running -= 1
            self._call_in()

    def report(self, seconds: float, *, ok: bool, retry_after: float | None = None) -> None:
        """Tell how a call went, still within its turn.

        ``seconds`` is what it took; ``ok`` is False where the server showed strain (429, 503, a
        time-out, a lost connection); ``retry_after`` the seconds of rest it asked for.
        """
        now = self.now()
        if retry_after is not None:
            self._rest_until = max(self._rest_until, now + retry_after)
        if ok:
            self._latency.learn(seconds)
        if not ok or self._latency.is_slow:
            if now - seconds >= self._halved_at:  # once per round, not once per call in it
                self._width = max(1.0, self._width / 2)
                self._halved_at = now
        elif self._latency.is_quick:
            self._width = min(float(self._source.concurrency), self._width + 1 / self.width)

    async def sleep(self, seconds: float) -> None:
        """Wait; to everything here that long has passed when it returns."""
        until = self.now() + seconds
        await self._wait(seconds)
        self._ahead += max(0.0, until - self.now())

    def retrying(self, retries: int) -> AsyncRetrying:
        """Give the tenacity controller that repeats a try while it raises a Fault worth repeating.

        Takes the most tries after the first. Between tries it waits with full jitter,
        exponentially longer up to LONGEST_BACKOFF; a rest that the source asked for is waited for
        in :meth:`turn`. The last Fault is raised as it is.
        """

        def stop(state: RetryCallState) -> bool:
            again = _fault(state).again
            most = retries if again is None else min(retries, again)
            return state.attempt_number > most

        def backoff(state: RetryCallState) -> float:
            doubled = FIRST_BACKOFF * 2 ** min(state.attempt_number - 1, 16)
            return self._jitter(min(doubled, LONGEST_BACKOFF))

        return AsyncRetrying(
            sleep=self.sleep,
            stop=stop,
            wait=backoff,
            retry=retry_if_exception_type(Fault),
            reraise=True,
        )

    async def _enter(self) -> None:
        """Wait for a place among those that may run, and take it."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # one loop may follow another
            self._loop, self._running = loop, 0
            self._queue.clear()
        while self._running >= self.width:
            called = loop.create_future()
            self._queue.append(called)
            try:
                await called
            except asyncio.CancelledError:
                self._call_in()  # another, if this one had been called
                raise
        self._running += 1

    def _call_in(self) -> None:
        free = self.width - self._running
        while self._queue and free > 0:
            called = self._queue.popleft()
            if not called.done():
                called.set_result(None)
                free -= 1

    async def _rest(self) -> None:
        while (left := self._rest_until - self.now()) > 0:
            if left > LONGEST_REST:
                until = datetime.now(UTC) + timedelta(seconds=left)
                raise Fault(
                    f"asked for a rest until {until:%Y-%m-%dT%H:%M:%SZ} (Retry-After)",
                    again=0,
                    advice="run again after that",
                    retry_after=left,
                    sent=False,
                )
            await self.sleep(left + self._jitter(1.0))


class _Latency:
    """How long answers take of late, against how long they usually take.

    Both are means and not the quickest seen, since full pages take far longer than empty ones.
    """

    def __init__(self) -> None:
        self._count = 0
        self._usual = 0.0
        self._of_late = 0.0

    def learn(self, seconds: float) -> None:
        self._count += 1
        self._usual += max(1 / self._count, 0.005) * (seconds - self._usual)
        self._of_late += max(1 / self._count, 0.2) * (seconds - self._of_late)

    @property
    def is_quick(self) -> bool:
        return self._of_late <= 2 * self._usual + 0.2

    @property
    def is_slow(self) -> bool:
        return self._of_late > 4 * self._usual + 0.5


class _Budget:
    """The rate that a vendor publishes, as a log of the calls made within it."""

    def __init__(self, source: Source, per_minute: float, state_dir: Path | None) -> None:
        self._source = source
        host = urlsplit(source.url).netloc.rpartition("@")[2].lower()
        calls, minutes = Fraction(per_minute).limit_denominator(1000).as_integer_ratio()
        self._key = (os.getpid(), host, max(1, calls), minutes * 60_000)
        try:
            self._bucket = _bucket(state_dir, *self._key)
        except (OSError, sqlite3.Error) as error:
            self._bucket = self._own(error)

    async def take(self, ahead: float) -> float:
        """Take one call from the rate; give 0, or the seconds after which to ask again.

        ``ahead`` is how far the pace's clock is before the real one.
        """
        try:
            return await asyncio.to_thread(self._take, ahead)
        except (OSError, sqlite3.Error) as error:
            self._bucket = self._own(error)
            return self._take(ahead)

    def _take(self, ahead: float) -> float:
        lock: Any = self._bucket.limiter_lock() or nullcontext()
        with lock:
            now = int((time.time() + ahead) * 1000)
            newest = self._bucket.peek(0)
            if newest and newest.timestamp > now + self._bucket.rates[-1].interval:
                self._bucket.flush()  # the computer's clock was set back
            call = RateItem("call", now)
            if self._bucket.put(call):
                self._bucket.leak(now)
                return 0.0
            milliseconds = self._bucket.waiting(call)
            assert isinstance(milliseconds, int)  # only asynchronous buckets give something else
            return max(0.001, milliseconds / 1000)

    def _own(self, error: Exception) -> InMemoryBucket | SQLiteBucket:
        _log.warning(
            "source %s: its rate cannot be shared with other processes (%s), only kept by this one",
            self._source.name,
            error,
        )
        return _bucket(None, *self._key)


@cache
def _bucket(
    state_dir: Path | None, _process: int, host: str, calls: int, milliseconds: int
) -> InMemoryBucket | SQLiteBucket:
    """Open the log of a host once in a process: clients come and go, the server counts on."""
    rates = [Rate(calls, milliseconds)]
    if state_dir is None:
        return InMemoryBucket(rates)
    state_dir.mkdir(parents=True, exist_ok=True)
    name = "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in host)
    file = str(state_dir / f"rate-{name}.sqlite")
    return SQLiteBucket.init_from_file(rates, db_path=file, use_file_lock=True)


def _fault(state: RetryCallState) -> Fault:
    fault = state.outcome.exception() if state.outcome else None
    assert isinstance(fault, Fault)
    return fault
