"""Springfield: a seeded city whose every request has a life that is known from its first second."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from copy import copy
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Literal
from zoneinfo import ZoneInfo

from open311_etl.errors import UsageError
from open311_etl.sandbox.clock import DAY, Clock, stamp
from open311_etl.sandbox.draws import chance, draws, hex_code
from open311_etl.sandbox.entry import Entry, Record
from open311_etl.sandbox.life import Life
from open311_etl.sandbox.listing import Listing
from open311_etl.sandbox.plan import ACTIVITY, CLOSED, OPENED, REOPENED, SUBMITTED, plan
from open311_etl.sandbox.services import Service, city_services, monthly_choice
from open311_etl.sandbox.streets import within

ZONE = ZoneInfo("America/Chicago")
START = datetime(2026, 1, 1, 6, tzinfo=UTC)
_HOURS = (4, 3, 2, 2, 2, 4, 8, 16, 26, 32, 34, 33, 31, 31, 30, 28, 25, 21, 17, 14, 12, 10, 8, 6)
_WEEKDAYS = (12, 12, 11, 11, 11, 7, 6)
_MONTHS = (9, 8, 9, 9, 11, 12, 13, 12, 10, 9, 8, 8)
_KEPT = 4
LARGEST = 20_000_000


class City:
    """A city of ``size`` requests, spread over ``days`` from ``start`` by season, weekday and hour.

    The same seed, size, start and days give the same city. Its clock stands at ``now``, by default
    at the end of those days. Requests of the future exist already and appear when the clock
    reaches them. ``services`` is how many service types it has, all of about 190 if not given;
    ``token_delay`` how long a posted request is pending, minutes to hours if not given. Raises
    UsageError for a size or a span that no city has.
    """

    name = "Springfield"
    jurisdiction_id = "springfield.gov"
    zone = ZONE

    def __init__(
        self,
        size: int = 5_000,
        *,
        seed: int = 311,
        start: datetime = START,
        days: float = 120,
        now: datetime | None = None,
        services: int | None = None,
        token_delay: timedelta | None = None,
    ) -> None:
        if not 0 <= size <= LARGEST or days <= 0:
            raise UsageError(f"a city has 0 to {LARGEST} requests over more than 0 days")
        if not -(2**63) <= seed < 2**63:
            raise UsageError(f"the seed {seed} is too large: 64 bits are enough")
        self.seed, self.size = seed, size
        self.start = start if start.tzinfo else start.replace(tzinfo=UTC)
        self.end = self.start + timedelta(days=days)
        self.clock = Clock(now or self.end)
        self.services = city_services(seed)[:services]
        self._codes = {service.code: service for service in self.services}
        self._delay = token_delay
        self._lives = list(_lives(seed, size, self.services, stamp(self.start), stamp(self.end)))
        self._births = [life.requested for life in self._lives]
        self._ids = {life.id: life for life in self._lives}
        self._tokens = {life.token: life for life in self._lives if life.token}
        self._label = "live"
        self._added: list[Life] = []
        self._listings: list[tuple[int, float, Listing]] = []
        self._lock = threading.RLock()

    @classmethod
    def living(cls, size: int = 5_000, *, seed: int = 311, now: datetime | None = None) -> City:
        """Give a city whose clock runs on from ``now``, real time if not given.

        Four fifths of its requests were made in the 120 local days before, the rest are to come in
        the 30 days after.
        """
        began = now or datetime.now(UTC)
        midnight = began.astimezone(cls.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        city = cls(size, seed=seed, start=midnight - timedelta(days=120), days=150, now=began)
        city.set_clock(began, running=True)
        return city

    def twin(self, label: str = "test") -> City:
        """Give another environment: same requests and clock, but what is posted stays apart."""
        other = copy(self)
        other._label = label
        other._added, other._listings = [], []
        other._ids, other._tokens = dict(self._ids), dict(self._tokens)
        other._lock = threading.RLock()
        return other

    def set_clock(self, now: datetime, *, running: bool = False) -> None:
        """Put the clock to a moment, forward or back, still or running on with real time."""
        self.clock.set(now, running=running)

    def service(self, code: str) -> Service | None:
        """Give the service type of that code."""
        return self._codes.get(code)

    def truth(self, at: datetime | None = None, *, extensions: bool = True) -> Iterator[Record]:
        """Give each record as lists hold it at a moment (now if not given), pending ones too."""
        for entry in self.listing(self.clock.seconds if at is None else stamp(at)).entries:
            yield entry.record(extensions=extensions)

    def life(self, request_id: str) -> Life:
        """Give the whole life of a request, past and to come; raises KeyError for an unknown id."""
        return self._ids[request_id]

    def lives(self) -> Iterator[Life]:
        """Give all lives, past and to come, by ``requested_datetime``, then those added."""
        return chain(self._lives, self._added)

    def listing(self, at: int) -> Listing:
        """Give what lists hold at a moment; it is kept until something changes."""
        with self._lock:
            for since, until, kept in self._listings:
                if since <= at < until:
                    return kept
            made = self._list(at)
            self._listings = [*self._listings[1 - _KEPT :], made]
            return made[2]

    def prepare(self) -> None:
        """Write the texts of all entries of now ahead, as a benchmark needs it."""
        for entry in self.listing(self.clock.seconds).entries:
            entry.json(extensions=True)
            entry.json(extensions=False)

    def by_id(self, request_id: str, at: int) -> Entry | None:
        """Give the entry of an id, also while lists do not show it yet (Q-LIFE-2)."""
        life = self._ids.get(request_id)
        entry = life.entry(at) if life else None
        return entry if entry and entry.id else None

    def by_token(self, token: str, at: int) -> Entry | None:
        """Give the entry of a token, pending or not."""
        life = self._tokens.get(token)
        return life.entry(at) if life else None

    def post(self, service: Service, given: dict[str, Any]) -> str:
        """Create a request from what was sent and give its token; it is pending first."""
        with self._lock:
            number, at = len(self._added), self.clock.seconds
            seed = int(chance(self.seed, self._label, "posts") * 2**32)
            token = hex_code(seed, "token", number)
            draw = draws(seed, number)
            wait = 300 + int(7_200 * draw[3])
            if self._delay is not None:
                wait = int(self._delay.total_seconds())
            events = plan(service, at, draw, duplicate=False, pending=wait)
            year = datetime.fromtimestamp(at, self.zone).year % 100
            request_id = f"SR{year:02}-{90_000_000 + number:08}"
            facts = {**_NOTHING, **_where(given), **given, "channel": "Open311"}
            self.add(Life(seed, number, request_id, token, service, *events, at, given=facts))
            return token

    def drift(self, kind: Literal["update", "insert", "delete"], shown: Sequence[Entry]) -> None:
        """Let something happen to a list that was just shown.

        ``update``: its last request is touched; ``insert``: a new one appears in the middle of its
        dates; ``delete``: its first one vanishes.
        """
        lives = [self._ids[entry.id] for entry in shown if entry.id is not None]
        if not lives:
            return
        now = self.clock.seconds
        with self._lock:
            if kind == "update":
                life = lives[-1]
                touched = REOPENED if life.kinds[life.state(now)] == CLOSED else ACTIVITY
                life.insert(now, touched)
            elif kind == "delete":
                lives[0].gone = now
            else:
                self._insert(lives[len(lives) // 2], now)
            self.changed()

    def _insert(self, near: Life, now: int) -> None:
        number = len(self._added)
        request_id = f"{near.id[:5]}{80_000_000 + number:08}"
        times, kinds = (near.requested, now), (OPENED, ACTIVITY)
        self.add(Life(self.seed, -1 - number, request_id, None, near.service, times, kinds, now))

    def vanish(self, share: float, seed: int) -> None:
        """Let a share of the seeded requests be deleted some day within two months."""
        for life in self._lives:
            drawn = chance(seed, "vanish", life.number)
            if drawn < share:
                life.gone = life.opened + DAY + int(59 * DAY * drawn / share)
        self.changed()

    def moderate(self, share: float, days: float, seed: int) -> None:
        """Let lists show a share of the seeded requests only after up to so many days."""
        for life in self._lives:
            drawn = chance(seed, "moderate", life.number)
            if drawn < share:
                life.visible = life.requested + int(days * DAY * drawn / share)
        self.changed()

    def add(self, life: Life) -> None:
        """Take in a life that was not planned."""
        with self._lock:
            self._added.append(life)
            self._ids[life.id] = life
            if life.token:
                self._tokens[life.token] = life
            self.changed()

    def changed(self) -> None:
        """Forget what lists held: a life was changed by hand."""
        with self._lock:
            self._listings = []

    def _list(self, at: int) -> tuple[int, float, Listing]:
        born = bisect_right(self._births, at)
        until = self._births[born] if born < len(self._births) else float("inf")
        entries = []
        for life in chain(self._added, reversed(self._lives[:born])):
            change = life.next_change(at)
            if change is not None and change < until:
                until = change
            entry = life.entry(at) if life.visible <= at else None
            if entry:
                entries.append(entry)
        return at, until, Listing(entries)


_NOTHING: dict[str, Any] = dict.fromkeys(
    ("description", "address", "address_id", "zipcode", "lat", "long", "media_url", "ward",
     "police_district", "attributes")
)  # fmt: skip


def _where(given: dict[str, Any]) -> dict[str, object]:
    return within(given["lat"], given["long"]) if given.get("lat") is not None else {}


def _lives(
    seed: int, size: int, services: tuple[Service, ...], start: int, end: int
) -> Iterator[Life]:
    """Draw the lives in order of ``requested_datetime``; a life depends on those before only
    through its parent."""
    choice = monthly_choice(services)
    latest: list[Life | None] = [None] * len(services)
    for number, (at, year, month, draw) in enumerate(_moments(seed, size, start, end)):
        chosen = min(bisect_right(choice[month - 1], draw[0]), len(services) - 1)
        service, before = services[chosen], latest[chosen]
        duplicate = draw[7] < 0.06
        times, kinds = plan(service, at, draw, duplicate=duplicate)
        life = Life(
            seed,
            number,
            f"SR{year % 100:02}-{100_000 + 3 * number + int(draw[14] * 3):08}",
            hex_code(seed, number) if draw[14] < 0.5 and kinds[0] == SUBMITTED else None,
            service,
            times,
            kinds,
            at + DAY + int(draw[8] * 800 * DAY) if draw[8] < 0.01 else at,
            duplicate,
        )
        if duplicate and draw[7] < 0.048 and before is not None and before.opened < times[-1]:
            life.parent = before.parent or before.id
        latest[chosen] = life
        yield life


def _moments(
    seed: int, size: int, start: int, end: int
) -> Iterator[tuple[int, int, int, list[float]]]:
    """Give second, local year and month, and draws of each request, in order of time."""
    hours = list(_calendar(start, end))
    total = sum(weight for _, _, weight, _, _ in hours)
    passed, ahead = 0.0, iter(hours)
    begin, length, weight, year, month = next(ahead)
    for number in range(size):
        draw = draws(seed, number)
        wanted = (number + draw[1]) / size * total
        while wanted >= passed + weight:
            passed += weight
            following = next(ahead, None)
            if following is None:
                break
            begin, length, weight, year, month = following
        share = min((wanted - passed) / weight, 0.999_999)
        yield begin + int(share * length), year, month, draw


def _calendar(start: int, end: int) -> Iterator[tuple[int, int, float, int, int]]:
    """Give start, seconds, weight, local year and month of each clock hour between two moments."""
    begin = start
    while begin < end:
        upto = min(begin - begin % 3_600 + 3_600, end)
        local = datetime.fromtimestamp(begin, ZONE)
        weight = _HOURS[local.hour] * _WEEKDAYS[local.weekday()] * _MONTHS[local.month - 1]
        yield begin, upto - begin, weight * (upto - begin) / 3_600, local.year, local.month
        begin = upto
