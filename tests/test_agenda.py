"""What a run reads again: young windows every day, old ones in turn, pending ones until the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from reading import Warehouse, request

from open311_etl import ledger, windows
from open311_etl.agenda import Item, agenda
from open311_etl.config import Source
from open311_etl.follow.cost import Bucket, Prices, choose
from open311_etl.ledger import Span
from open311_etl.model import Run, Verdict, Window
from open311_etl.warehouse import warehouse

NOW = datetime(2026, 6, 30, 6, tzinfo=UTC)
DAY = timedelta(days=1)
START = NOW - 60 * DAY


def source(**lines: object) -> Source:
    return Source.model_validate({"name": "s", "url": "http://127.0.0.1/", **lines})


def span(age: int, read: float, verdict: Verdict = Verdict.PROVEN) -> Span:
    """Give a day that ended so many days ago and was read so many days ago."""
    end = NOW - age * DAY
    window = Window(end - DAY, end)
    return Span(window.start, end, verdict, NOW - read * DAY, window, 0, None, "")


def planned(spans: list[Span], late_days: float = 0, **lines: object) -> list[Item]:
    run = Run("run", "s", NOW, NOW, None, None)
    spans = sorted(spans, key=lambda each: each.start)
    return agenda(spans, source(**lines), run, late_days=late_days)


def whys(items: list[Item], why: str) -> set[int]:
    return {(NOW - item.window.end).days for item in items if item.why == why}


def test_the_trailing_days_are_read_every_day_until_they_settle() -> None:
    spans = [span(age, 1) for age in range(60)]
    assert whys(planned(spans, resweep_days=0.0), "settling") == set(range(1, 15)) | {0}
    hour_ago = [span(age, 1 / 24) for age in range(1, 60)]
    assert whys(planned(hour_ago, resweep_days=0.0), "settling") == set()


def test_where_rows_come_later_days_settle_later() -> None:
    spans = [span(age, 1) for age in range(60)]
    settling = whys(planned(spans, late_days=12, resweep_days=0.0), "settling")
    assert max(settling) == 24


def test_a_small_share_of_the_old_windows_is_read_again_the_least_recent_first() -> None:
    spans = [span(age, 1 if age < 20 else age - 15) for age in range(60)]
    rolled = whys(planned(spans, resweep_days=30.0), "rolling")
    assert rolled == {58, 59}
    assert whys(planned(spans, resweep_days=0.0), "rolling") == set()


def test_windows_with_pending_entries_are_read_until_none_is_left() -> None:
    young = [span(age, 1 / 24, Verdict.PROVISIONAL) for age in range(10)]
    assert whys(planned(young), "pending") == set(range(10))
    old = [span(40, 26, Verdict.PROVISIONAL), span(50, 1, Verdict.PROVISIONAL)]
    assert 40 in whys(planned(old), "pending"), "its age has doubled"
    assert 50 not in whys(planned(old), "pending"), "it was read a day ago"


WIDTH = timedelta(days=1)
COVERED = [(START, NOW)]


def bucket(day: int, due: int, rows: int, pressure: float = 1.0) -> Bucket:
    (first, *_) = windows.plan(START + day * WIDTH, NOW, 24)
    return Bucket(first.start + WIDTH, due, rows, pressure)


def test_the_cheaper_way_is_taken_for_each_width_of_time() -> None:
    prices = Prices(page_rows=100, overhead=1, batch=50, most_rows=400)
    full, sparse = bucket(3, 180, 200), bucket(9, 10, 200)
    choice = choose([full, sparse], prices, 100, COVERED, WIDTH)
    assert full.start is not None
    assert choice.sweeps == (Window(full.start, full.start + WIDTH),)
    assert (choice.buckets, choice.ids, choice.left) == ((sparse,), 10, 0)


def test_neighbours_are_read_in_one_window_as_far_as_it_may_hold_them() -> None:
    prices = Prices(page_rows=100, overhead=1, batch=0, most_rows=400)
    choice = choose([bucket(day, 150, 180) for day in range(5)], prices, 100, COVERED, WIDTH)
    assert [(each.end - each.start).days for each in choice.sweeps] == [2, 2, 1]


def test_a_budget_is_spent_on_the_most_pressing_and_the_rest_is_left() -> None:
    prices = Prices(page_rows=100, overhead=1, batch=10, most_rows=400)
    choice = choose([bucket(d, 30, 9_000) for d in range(4)], prices, 7, COVERED, WIDTH)
    assert (choice.ids, choice.left, choice.calls) == (70, 50, 7)
    nothing = choose([bucket(1, 30, 60)], prices, 0, COVERED, WIDTH)
    assert (nothing.sweeps, nothing.ids, nothing.left) == ((), 0, 30)


def test_no_window_is_read_outside_of_what_is_covered() -> None:
    prices = Prices(page_rows=100, overhead=1, batch=1, most_rows=400)
    before = Bucket(START - 40 * WIDTH, 80, 90, 1.0)
    choice = choose([before], prices, 100, COVERED, WIDTH)
    assert (choice.sweeps, choice.ids) == ((), 80)


def test_how_late_rows_appear_is_learnt_from_our_own_readings(tmp_path: Path) -> None:
    house = Warehouse(tmp_path)
    house.load([request(1)])
    with warehouse(house.file) as con:
        assert ledger.lateness(con, "springfield", house.clock) == 0
    house.clock += timedelta(days=6)
    house.load([request(1), request(2)])
    with warehouse(house.file) as con:
        late = ledger.lateness(con, "springfield", house.clock)
    assert late == (house.clock - datetime(2026, 3, 1, 10, tzinfo=UTC)) / timedelta(days=1)
