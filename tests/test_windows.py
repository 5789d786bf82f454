"""Windows tile what they are cut from; gaps are what is left; times are read as users mean them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open311_etl.errors import UsageError
from open311_etl.model import Window
from open311_etl.windows import bisect, local_midnight, parse_when, plan, uncovered

CHICAGO = ZoneInfo("America/Chicago")
ZONES = [
    "UTC",
    "America/Chicago",
    "America/Sao_Paulo",  # clocks changed at midnight until 2018
    "America/Havana",  # midnight comes twice in autumn
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Pacific/Apia",  # 30 December 2011 does not exist there
    "Australia/Lord_Howe",  # clocks change by half an hour
]

SPAN = (datetime.fromisoformat("2005-01-01"), datetime.fromisoformat("2030-01-01"))
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
instants = st.datetimes(*SPAN, timezones=st.just(UTC))
moments = st.datetimes(*SPAN, timezones=zones)
seconds = st.integers(0, 40 * 86400).map(lambda count: timedelta(seconds=count))
hours = st.sampled_from([0.5, 1, 5, 6, 24, 36, 48, 168, 720])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(moments, seconds, hours)
def test_planned_windows_tile_the_span_to_the_second(
    start: datetime, length: timedelta, width: float
) -> None:
    end = start.astimezone(UTC) + length
    windows = plan(start, end, width)
    if not windows:
        assert length == timedelta(0)
        return
    assert windows[0].start == start.astimezone(UTC).replace(microsecond=0)
    assert windows[-1].end == end.replace(microsecond=0)
    assert all(before.end == after.start for before, after in pairwise(windows))
    assert all(timedelta(0) < w.end - w.start <= timedelta(hours=width) for w in windows)
    assert {w.start.tzinfo for w in windows} == {UTC}


@given(instants, seconds, instants, seconds, hours)
def test_two_plans_cut_what_they_share_at_the_same_places(
    one: datetime, length: timedelta, other: datetime, more: timedelta, width: float
) -> None:
    cuts = {w.end for w in plan(one, one + length, width)[:-1]}
    others = {w.end for w in plan(other, other + more, width)[:-1]}
    since, until = max(one, other), min(one + length, other + more)
    assert {c for c in cuts if since < c < until} == {c for c in others if since < c < until}


def test_days_are_cut_at_utc_midnight() -> None:
    windows = plan(utc("2026-03-01T10:00"), utc("2026-03-03T05:30"), 24)
    assert [str(w) for w in windows] == [
        "2026-03-01T10:00:00Z..2026-03-02T00:00:00Z",
        "2026-03-02T00:00:00Z..2026-03-03T00:00:00Z",
        "2026-03-03T00:00:00Z..2026-03-03T05:30:00Z",
    ]


def test_a_span_that_is_empty_or_turned_round_has_no_windows() -> None:
    assert plan(utc("2026-03-02"), utc("2026-03-02"), 24) == []
    assert plan(utc("2026-03-02"), utc("2026-03-01"), 24) == []


def test_a_time_without_zone_is_refused_by_plan() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        plan(datetime(2026, 3, 1), utc("2026-03-02"), 24)  # noqa: DTZ001


@given(instants, st.integers(2, 90 * 86400))
def test_halves_tile_their_window_at_a_whole_second(start: datetime, length: int) -> None:
    start = start.replace(microsecond=0)
    window = Window(start, start + timedelta(seconds=length), "001", "open")
    halves = bisect(window)
    assert halves is not None
    first, second = halves
    assert (first.start, first.end, second.end) == (window.start, second.start, window.end)
    assert first.end.microsecond == 0
    assert abs((first.end - first.start) - (second.end - second.start)) <= timedelta(seconds=1)
    assert {h.service_code for h in halves} == {"001"}
    assert {h.status for h in halves} == {"open"}


@pytest.mark.parametrize("length", [0.25, 1])
def test_one_second_cannot_be_halved(length: float) -> None:
    start = utc("2026-03-01")
    assert bisect(Window(start, start + timedelta(seconds=length))) is None


def test_halving_ends_with_windows_of_one_second() -> None:
    windows, whole = [Window(utc("2026-03-01"), utc("2026-03-01T00:01:07"))], 0
    while windows:
        window = windows.pop()
        halves = bisect(window)
        whole += halves is None
        windows.extend(halves or ())
    assert whole == 67


spans = st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=12)


@given(st.integers(0, 50), st.integers(0, 50), spans)
def test_gaps_hold_just_the_seconds_that_no_span_covers(
    start: int, end: int, covered: list[tuple[int, int]]
) -> None:
    zero = utc("2026-03-01")

    def at(second: int) -> datetime:
        return zero + timedelta(seconds=second)

    gaps = uncovered(at(start), at(end), [(at(a), at(b)) for a, b in covered])
    open_seconds = {
        s for s in range(start, end) if not any(since <= s < until for since, until in covered)
    }
    found = [s for s in range(-5, 61) for since, until in gaps if since <= at(s) < until]
    assert found == sorted(open_seconds)
    assert all(since < until for since, until in gaps)
    assert all(before[1] < after[0] for before, after in pairwise(gaps))


@given(st.dates(date(2005, 1, 1), date(2030, 1, 1)), zones)
def test_local_days_follow_one_another_without_a_hole(day: date, zone: ZoneInfo) -> None:
    begins, next_begins = local_midnight(day, zone), local_midnight(day + timedelta(days=1), zone)
    assert begins <= next_begins <= begins + timedelta(hours=26)
    if begins < next_begins:  # else the day does not exist in this zone
        assert begins.astimezone(zone).date() == day
        assert (begins - timedelta(seconds=1)).astimezone(zone).date() < day


def test_a_local_day_has_23_or_25_hours_when_clocks_change() -> None:
    """Q-TIME-6."""
    spring = local_midnight(date(2026, 3, 9), CHICAGO) - local_midnight(date(2026, 3, 8), CHICAGO)
    autumn = local_midnight(date(2026, 11, 2), CHICAGO) - local_midnight(date(2026, 11, 1), CHICAGO)
    assert (spring, autumn) == (timedelta(hours=23), timedelta(hours=25))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-01", "2026-03-01T06:00"),
        (" 2026-03-01 ", "2026-03-01T06:00"),
        ("2026-07-01T08:30", "2026-07-01T13:30"),
        ("2026-07-01 08:30:15", "2026-07-01T13:30:15"),
        ("2026-03-01T08:30:00Z", "2026-03-01T08:30"),
        ("2026-03-01T08:30:00+02:00", "2026-03-01T06:30"),
        ("2026-03-08T02:30", "2026-03-08T08:30"),  # skipped: read as 03:30 CDT
        ("2026-11-01T01:30", "2026-11-01T06:30"),  # twice: the first, in CDT
    ],
)
def test_a_time_is_read_in_the_zone_unless_it_says_another(text: str, instant: str) -> None:
    assert parse_when(text, CHICAGO) == utc(instant)
    assert parse_when(text, CHICAGO).tzinfo is UTC


@given(instants, zones)
def test_what_is_written_in_full_is_read_back_whatever_the_zone(
    when: datetime, zone: ZoneInfo
) -> None:
    assert parse_when(when.astimezone(zone).isoformat(), zone) == when


@pytest.mark.parametrize(
    "text", ["", "yesterday", "03/01/2026", "2026-02-30", "2026-03", "0001-01-01T00:00+14:00"]
)
def test_what_is_no_time_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(UsageError, match=r"2026-03-01 \(midnight in America/Chicago\)") as refused:
        parse_when(text, CHICAGO)
    assert f'"{text}"' in str(refused.value)
