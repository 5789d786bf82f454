"""Whatever a server does: each row that it can be made to give is stored, or its place is named."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from math import log2
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from open311_etl import pipeline, status
from open311_etl.config import Settings
from open311_etl.sandbox import Character, City, Replay, serving
from open311_etl.session import PullReport
from open311_etl.warehouse import warehouse

HASTY = {"first_page": None, "page_size": 50, "retries": 1, "read_timeout": 2, "total_timeout": 4}
"""Nothing known of the server, and little patience, so that tests are quick."""

WAYS: dict[str, dict[str, Any]] = {
    "well-behaved": {},
    "pages from 0": {"first_page": 0},
    "page 0 is empty": {"page_zero": "empty"},
    "page 0 is refused": {"page_zero": "refused"},
    "sizes are clamped": {"page_size_most": 20},
    "sizes are ignored": {"page_size_fixed": True, "page_size": 30},
    "the size is called limit": {"page_size_param": "limit", "page_size": 25},
    "no pages": {"paging": "none"},
    "no pages and a cap": {"paging": "none", "row_cap": 40},
    "a cap over all pages": {"row_cap": 60},
    "a cap that keeps the oldest": {"row_cap": 60, "row_cap_keeps": "oldest"},
    "the last page again": {"beyond": "last"},
    "the first page again": {"beyond": "first"},
    "404 behind the end": {"beyond": "404"},
    "400 behind the end": {"beyond": "400"},
    "500 behind the end": {"beyond": "500"},
    "404 for nothing": {"empty_list": "404", "beyond": "404"},
    "short pages": {"short_pages": 2, "page_size_most": 10},
    "empty pages before the end": {"short_pages": 3, "short_page_share": 0, "page_size_most": 10},
    "no order": {"order": "random", "page_size_most": 20},
    "newest first": {"order": "requested-desc", "page_size_most": 20},
    "an exclusive end": {"end_inclusive": False},
    "an exclusive start": {"start_inclusive": False},
    "dates ignored": {"date_filter": "ignored", "page_size_most": 100},
    "dates OR-ed": {"date_filter": "or", "page_size_most": 100},
    "dates reversed": {"date_filter": "reversed", "page_size_most": 100},
    "rows are updated while they are read": {"drift_every": 5, "page_size_most": 10},
    "rows are inserted while they are read": {
        "drift_every": 5, "drift": "insert", "page_size_most": 10
    },
    "a span of two days at most": {"span_days": 2},
    "poisoned records": {"poison_share": 0.01},
    "poisoned records, sizes ignored": {
        "poison_share": 0.01, "page_size_fixed": True, "page_size": 30
    },
    "poison as HTML": {"poison_share": 0.01, "poison": "html"},
    "poison as garbage": {"poison_share": 0.01, "poison": "garbage"},
    "XML only": {"formats": "xml", "xml_namespaces": True, "xml_nil": True},
    "wrapped": {"wrapped": True, "codes": "number"},
    "upper case": {"keys": "upper"},
    "local times": {"times": "naive"},
    "offsets": {"times": "offset", "nothing": "empty"},
    "bytes that are not as they should be": {
        "bom": 1, "duplicate_keys": 1, "illegal_characters": 1, "wrong_charset": 1
    },
    "bytes of XML that are not as they should be": {
        "formats": "xml", "bom": 1, "duplicate_keys": 1, "illegal_characters": 1, "wrong_charset": 1
    },
    "lines that drip, break and lead elsewhere": {
        "drip": 0.1, "drip_seconds": 0.005, "redirect": 0.2, "reset": 0.1, "wrong_length": 0.1,
        "compression": "gzip",
    },
    "a packing that is broken": {"broken_deflate": 1},
}  # fmt: skip

TOLD: dict[str, dict[str, Any]] = {
    "dates ignored": {"date_filter": "ignored"},
    "no pages": {"paging": "none"},
    "a span of two days at most": {"max_span_days": 1},
    "XML only": {"format": "xml"},
    "bytes of XML that are not as they should be": {"format": "xml"},
    "lines that drip, break and lead elsewhere": {"retries": 8},
    "local times": {"date_format": "naive"},
    "empty pages before the end": {"page_size": 10},
}
"""What a profile has to say of some of them; the rest is learnt."""


def check(city: City, setup: Settings, report: PullReport) -> set[str]:
    """Hold the promise; give the ids that are missing, all in places that the ledger names.

    What a sandbox inserts while it is read has ids from 80000000 on; it may come behind our back.
    """
    shown = {
        row["service_request_id"]: datetime.fromisoformat(row["requested_datetime"])
        for row in city.truth()
        if row.get("service_request_id")
    }
    with warehouse(setup.warehouse, read_only=True) as con:
        found = con.sql("SELECT service_request_id FROM service_requests").fetchall()
    stored = [row[0] for row in found]
    named = [(debt.start, debt.end) for debt in report.debt if debt.kind in ("suspect", "blocked")]
    missing = {each for each in shown.keys() - set(stored) if "-8" not in each}
    unnamed = [each for each in missing if not any(a <= shown[each] < b for a, b in named)]
    assert not unnamed, f"{len(unnamed)} of {len(shown)} are missing and nothing says so"
    assert len(stored) == len(set(stored)), "stored twice"
    assert set(stored) <= shown.keys(), "invented"
    return missing


def pulled(setup: Settings, city: City) -> PullReport:
    start = city.start.isoformat()
    (report,) = pipeline.pull(["springfield"], setup, start=start, end=city.end.isoformat())
    assert report.error is None, report.error
    return report


LONG = ("lines that drip, break and lead elsewhere",)
"""Ways that take long to show themselves."""


@pytest.mark.parametrize(
    "way",
    [pytest.param(way, marks=pytest.mark.slow) if way in LONG else way for way in WAYS],
)
def test_every_row_is_stored_once_or_its_place_is_named(
    way: str, settings: Callable[..., Settings]
) -> None:
    """Q-PAGE-1, Q-PAGE-2, Q-PAGE-3, Q-PAGE-5, Q-PAGE-6, Q-PAGE-7, Q-PAGE-8, Q-WIN-1, Q-DATE-1,
    Q-DATE-3, Q-ORD-1, Q-ERR-6.
    """
    city = City(250, days=4, services=9)
    with serving(city, character=Character(**WAYS[way])) as server:
        setup = settings(server.url, **HASTY | TOLD.get(way, {}))
        check(city, setup, pulled(setup, city))


@pytest.mark.parametrize(
    ("size", "ways", "lost"),
    [
        pytest.param(400, {}, "cannot be read, number", marks=pytest.mark.slow),
        (400, {"page_size_most": 100}, "cannot be read, number"),
        pytest.param(
            400, {"page_size_fixed": True, "page_size": 100}, "HTTP 500", marks=pytest.mark.slow
        ),
        (60, {"page_size_fixed": True, "page_size": 100}, "HTTP 500"),
        (60, {"paging": "none"}, "HTTP 500"),
    ],
)
def test_a_poisoned_record_costs_only_itself_and_few_requests(
    size: int, ways: dict[str, Any], lost: str, settings: Callable[..., Settings]
) -> None:
    """Q-PAGE-9, Q-DATE-5: about 4 log2 of the rows for each record, and its retries."""
    city, retries = City(size, days=1, services=9), 2
    rows = sorted(filter(None, (row.get("service_request_id") for row in city.truth())))
    poisoned = (rows[size // 3], rows[2 * size // 3])
    lists, told = [], {"page_size": 500, "row_cap": 0, "retries": retries}
    told["paging"] = ways.get("paging", "page")
    for sick in ((), poisoned):
        with serving(city, character=Character(poison_ids=sick, **ways)) as server:
            setup = settings(server.url, **told)
            setup = replace(setup, data_dir=setup.data_dir / str(len(sick)))
            report = pulled(setup, city)
            lists.append(len([path for _, path, _ in server.requests if "requests." in path]))
    assert check(city, setup, report) == set(poisoned)
    blocked = [debt for debt in report.debt if debt.kind == "blocked"]
    assert all(lost in debt.reason for debt in blocked)
    assert report.exit_code == 1
    healthy, sickly = lists
    for_retries = 2 * (1 + retries) * (1 + ("HTTP" in lost))  # of its page, and of its second
    assert sickly - healthy <= len(poisoned) * 4 * log2(size) + for_retries


def test_a_pull_through_foul_weather_is_complete_and_asks_little_more(
    settings: Callable[..., Settings],
) -> None:
    """11 % of all answers are faults; at most 1.6 times the requests of fair weather."""
    city = City(900, days=3, services=9)
    foul = {"error_500": 0.05, "error_429": 0.02, "truncated": 0.02, "html_200": 0.01, "hang": 0.01}
    made = []
    for weather in ({}, foul):
        with serving(city, character=Character(**weather, retry_seconds=0)) as server:
            setup = settings(server.url, page_size=10, row_cap=0, read_timeout=2)
            setup = replace(setup, data_dir=setup.data_dir / str(len(weather)))
            report = pulled(setup, city)
            made.append(len(server.requests))
        assert check(city, setup, report) == set()
        assert all(debt.kind == "pending" for debt in report.debt)
    assert made[0] < made[1] <= 1.6 * made[0]


def test_what_is_blocked_is_tried_again_ever_more_rarely_until_it_is_read(
    settings: Callable[..., Settings],
) -> None:
    city = City(60, days=2, services=9)
    (poisoned,) = [row["service_request_id"] for row in city.truth()][30:31]
    waits, now = [], city.end
    for sick in (True, True, True, False):
        with serving(city, character=Character(poison_ids=(poisoned,) * sick)) as server:
            setup = settings(server.url, row_cap=0, retries=0, settle_days=0)
            start = city.start if not waits else None
            (report,) = pipeline.pull(["springfield"], setup, start=start, end=now)
            (early,) = pipeline.pull(["springfield"], setup, end=now + timedelta(minutes=5))
        blocked = [debt for debt in early.debt if debt.kind == "blocked"]
        if not sick:
            assert (report.exit_code, early.exit_code, blocked) == (0, 0, [])
            break
        (debt,) = blocked
        assert (report.exit_code, early.exit_code, early.planned) == (1, 1, 1)
        assert debt.tries == len(waits) + 1
        assert debt.since is not None
        assert debt.next_try_at is not None
        waits.append(round((debt.next_try_at - now) / timedelta(hours=1)))
        (standing,) = status.status(setup, "springfield")
        assert debt in standing.debt
        now = debt.next_try_at + timedelta(minutes=1)
    assert waits == [1, 2, 4]


@pytest.mark.parametrize("ways", [{}, {"formats": "xml"}, {"keys": "upper"}], ids=str)
def test_personal_fields_never_reach_the_disk(
    ways: dict[str, Any], settings: Callable[..., Settings]
) -> None:
    """Q-EXT-4: neither landing nor warehouse holds a citizen's name, mail or phone."""
    city = City(40, days=1, services=9)
    with serving(city, character=Character(personal="always", **ways)) as server:
        setup = settings(server.url, format=ways.get("formats", "json"))
        pulled(setup, city)
    landed = [
        pa.CompressedInputStream(pa.OSFile(str(file)), "zstd").read()
        for file in setup.landing.rglob("*.zst")
    ]
    assert any(b"service_request_id" in body.lower() for body in landed)
    for word in (b"citizen", b"example.org", b"555 0100"):
        assert not any(word in body.lower() for body in landed)
    with warehouse(setup.warehouse, read_only=True) as con:
        found = con.sql("SELECT lower(r::VARCHAR) FROM service_requests AS r").fetchall()
    assert found
    assert not any("citizen" in row or "555 0100" in row for (row,) in found)


ways = st.fixed_dictionaries(
    {},
    optional={
        "first_page": st.sampled_from([0, 1]),
        "page_zero": st.sampled_from(["first", "empty", "refused"]),
        "page_size_most": st.sampled_from([7, 20, 500]),
        "page_size_fixed": st.booleans(),
        "paging": st.sampled_from(["page", "none"]),
        "beyond": st.sampled_from(["empty", "last", "first", "404", "400", "500"]),
        "empty_list": st.sampled_from(["list", "404"]),
        "row_cap": st.sampled_from([0, 15, 40]),
        "row_cap_keeps": st.sampled_from(["newest", "oldest"]),
        "short_pages": st.sampled_from([0, 2]),
        "order": st.sampled_from(["updated-desc", "requested-desc", "requested-asc", "random"]),
        "repeats": st.sampled_from([0, 9]),
        "start_inclusive": st.booleans(),
        "end_inclusive": st.booleans(),
        "date_filter": st.sampled_from(["requested", "requested", "ignored", "or", "reversed"]),
        "updated_filter": st.sampled_from(["works", "ignored", "refused", "windowed"]),
        "drift_every": st.sampled_from([0, 0, 7]),
        "poison_share": st.sampled_from([0, 0, 0.02]),
        "poison": st.sampled_from(["500", "html", "garbage"]),
        "wrapped": st.booleans(),
        "keys": st.sampled_from(["lower", "upper"]),
        "nothing": st.sampled_from(["mixed", "absent", "null", "empty"]),
        "error_500": st.sampled_from([0, 0.05]),
        "truncated": st.sampled_from([0, 0.03]),
    },
)
SLOWLY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def hold(ways: dict[str, Any], seed: int, size: int, make: Callable[..., Settings]) -> None:
    """Pull a random city from a server of random ways, and hold the promise."""
    city = City(size, days=2, seed=seed, services=5)
    with serving(city, character=Character(**ways)) as server:
        setup = make(server.url, **HASTY | {"retries": 2})
        setup = replace(setup, data_dir=setup.data_dir / uuid.uuid4().hex)
        report = pulled(setup, city)
        lists = [path for _, path, _ in server.requests if "requests." in path]
    check(city, setup, report)
    assert len(lists) < 300 + 20 * size, "it ends, but late"


@given(ways=ways, seed=st.integers(0, 99))
@examples(max_examples=4, deadline=None, derandomize=True, suppress_health_check=SLOWLY)
def test_no_mixture_of_ways_loses_a_row_unnamed(
    ways: dict[str, Any], seed: int, settings: Callable[..., Settings]
) -> None:
    hold(ways, seed, 40, settings)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@given(ways=ways, seed=st.integers(0, 99), size=st.sampled_from([1, 60, 150]))
@examples(max_examples=100, deadline=None, suppress_health_check=SLOWLY)
def test_no_mixture_of_ways_loses_a_row_unnamed_however_many_are_tried(
    ways: dict[str, Any], seed: int, size: int, settings: Callable[..., Settings]
) -> None:
    hold(ways, seed, size, settings)


HOUR = [f"2026-03-05T20:{number // 2:02}:{number % 2 * 30:02}Z" for number in range(60)]
SECOND = ["2026-03-05T20:15:00Z"] * 60
MIXED, CLOSED = ["open", "closed"] * 30, ["closed"] * 60


@pytest.mark.parametrize(
    ("rows", "dates", "stored"),
    [
        (zip(HOUR, MIXED, strict=True), "requested", 60),
        (zip(HOUR, CLOSED, strict=True), "requested", 60),
        (zip(SECOND, MIXED, strict=True), "requested", 60),
        (zip(SECOND, CLOSED, strict=True), "requested", 40),
        (zip(HOUR, MIXED, strict=True), "ignored", 60),
        (zip(HOUR, CLOSED, strict=True), "ignored", 40),
    ],
)
def test_a_cap_is_seen_wherever_the_rows_lie(
    rows: Iterable[tuple[str, str]], dates: Any, stored: int, settings: Any, tmp_path: Path
) -> None:
    """Q-WIN-1: a part of a window that holds as much as the whole may be cut as well."""
    lines = [
        {
            "service_request_id": str(1000 + number),
            "status": status,
            "service_code": "010",
            "requested_datetime": when,
            "updated_datetime": when,
        }
        for number, (when, status) in enumerate(rows)
    ]
    file = tmp_path / "captured.ndjson"
    file.write_text("\n".join(map(json.dumps, lines)))
    character = Character(row_cap=40, date_filter=dates)
    with serving(Replay([file]), character=character) as server:
        setup = settings(server.url, **HASTY, date_filter=dates)
        span = {"start": "2026-03-05T00:00:00Z", "end": "2026-03-06T00:00:00Z"}
        (report,) = pipeline.pull(["springfield"], setup, **span)
    assert report.counts["new"] == stored
    assert stored == 60 or any(debt.kind == "suspect" for debt in report.debt)


def test_a_number_of_rows_that_cannot_be_checked_proves_nothing(
    settings: Callable[..., Settings],
) -> None:
    """Q-WIN-1, Q-PAGE-9: what might show that a window is cut holds a row that cannot be read."""
    city = City(60, days=1, services=5)
    rows = [row for row in city.truth() if row.get("service_request_id")]
    oldest = min(rows, key=lambda row: row["requested_datetime"])["service_request_id"]
    sick = Character(row_cap=40, poison_ids=(oldest,), page_size_fixed=True, page_size=50)
    with serving(city, character=sick) as server:
        report = pulled(setup := settings(server.url, **HASTY), city)
    assert check(city, setup, report) == {oldest}
    with warehouse(setup.warehouse, read_only=True) as con:
        first = "SELECT arg_min(verdict, started_at) FROM etl.windows WHERE records = 40"
        assert con.sql(first).fetchall() == [("suspect",)]


@pytest.mark.parametrize("poisoned", [False, True])
def test_a_cap_that_is_new_is_seen_though_fuller_windows_were_proven_before(
    poisoned: bool, settings: Callable[..., Settings]
) -> None:
    """Q-WIN-1, Q-PAGE-9: windows that cannot be checked leave no other one proven by them."""
    city = City(800, days=8, services=5)
    with serving(city) as server:
        setup = settings(server.url, **HASTY)
        half = (city.start + timedelta(days=4)).isoformat()
        pipeline.pull(["springfield"], setup, start=city.start.isoformat(), end=half)
    rows = {row["requested_datetime"]: row.get("service_request_id") for row in city.truth()}
    days = [(city.start + timedelta(days=day)).isoformat()[:19] for day in range(8)]
    oldest = (rows[min(each for each in rows if each >= day)] for day in days)
    sick = tuple(each for each in oldest if each) if poisoned else ()
    character = Character(row_cap=60, poison_ids=sick, page_size_fixed=poisoned, page_size=100)
    with serving(city, character=character) as server:
        setup = replace(setup, sources=settings(server.url, **HASTY).sources)
        assert bool(check(city, setup, pulled(setup, city))) == poisoned


def test_a_page_that_is_empty_amid_others_hides_nothing_unnamed(
    settings: Callable[..., Settings],
) -> None:
    """Q-PAGE-7, Q-PAGE-9: a list does not end behind a full page as long as another one follows."""
    city = City(200, days=2, services=5)
    rows = sorted(filter(None, (row.get("service_request_id") for row in city.truth())))
    sick = Character(poison_ids=(rows[90],), poison="empty")
    with serving(city, character=sick) as server:
        setup = settings(server.url, **HASTY | {"page_size": 10, "row_cap": 0})
        report = pulled(setup, city)
    assert check(city, setup, report) == {rows[90]}
