"""Each metric against a city whose truth is known, computed slowly and plainly from its lives."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import pytest
from town import DAYS, START, Lived, Town, local_day, settle


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return settle(tmp_path_factory.mktemp("town"))


def _month(day: date) -> date:
    return day.replace(day=1)


def _next_month(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _group(lives: Iterable[Lived], key: Callable[[Lived], Any]) -> dict[Any, list[Lived]]:
    groups: dict[Any, list[Lived]] = defaultdict(list)
    for each in lives:
        groups[key(each)].append(each)
    return groups


def test_volume_counts_every_request_once_by_its_local_day(town: Town) -> None:
    mart = town.by("FROM marts.volume_daily", "day", "service_code", "ward")
    truth = _group(town.lives, lambda each: (each.day, each.code, each.ward))
    assert mart.keys() == truth.keys()
    for key, lives in truth.items():
        assert mart[key]["requests"] == len(lives)
        assert mart[key]["duplicates"] == sum(each.duplicate for each in lives)
        assert mart[key]["counted"] == sum(each.counted for each in lives)


def test_each_whole_day_is_there_with_zero_where_nothing_was(town: Town) -> None:
    mart = town.by("FROM marts.volume_by_day", "day")
    assert len(mart) == (town.last - local_day(START)).days + 1
    asked = Counter(each.day for each in town.lives)
    closed = Counter(local_day(at) for each in town.counted for at in each.closings)
    for day, row in mart.items():
        assert (row["requests"], row["closed"]) == (asked[day], closed[day])
    assert not mart[town.last]["is_settled"]


def test_a_day_is_compared_with_its_weekday_of_eight_weeks(town: Town) -> None:
    asked = Counter((each.code, each.day) for each in town.counted)
    mart = town.by("FROM marts.unusual_day", "service_code")
    assert mart
    for code, row in mart.items():
        usual = sum(asked[code, town.last - timedelta(days=7 * n)] for n in range(1, 9)) / 8
        assert row["requests"] == asked[code, town.last]
        assert row["usual"] == pytest.approx(usual)
        if usual:
            assert row["z"] == pytest.approx((row["requests"] - usual) / math.sqrt(usual))


def test_weeks_are_whole_and_add_up(town: Town) -> None:
    mart = town.by("FROM marts.keeping_up", "week")
    for week, row in mart.items():
        assert week.weekday() == 0
        span = {week + timedelta(days=n) for n in range(7)}
        assert row["opened"] == sum(each.day in span for each in town.counted)
        assert row["closed"] == sum(
            local_day(at) in span for e in town.counted for at in e.closings
        )
    weeks = sorted(mart)
    assert all(after - before == timedelta(days=7) for before, after in pairwise(weeks))
    assert weeks[0] == local_day(START)  # a Monday
    assert weeks[-1] + timedelta(days=6) <= town.last
    (total,) = town.mart("SELECT sum(opened) AS n FROM marts.keeping_up_by_service")
    assert total["n"] == sum(row["opened"] for row in mart.values())


def test_the_backlog_of_any_day_is_what_was_open_at_its_end(town: Town) -> None:
    mart = town.by("FROM marts.backlog_by_day", "day")

    def open_on(each: Lived, day: date) -> bool:
        turns = [each.requested, *each.closings, *each.reopenings]
        return sum(local_day(at) <= day for at in turns) % 2 == 1

    for day in [START.date() + timedelta(days=n) for n in range(1, DAYS - 1, 37)] + [town.last]:
        expected = sum(open_on(each, day) for each in town.counted)
        assert mart[day]["backlog"] == expected
        (asked,) = town.mart(f"SELECT sum(backlog) AS n FROM marts.backlog_on('{day}')")
        assert asked["n"] == expected


def test_what_is_open_is_as_old_as_it_is_at_as_of(town: Town) -> None:
    edges = (8, 31, 91, 366, math.inf)
    truth: Counter[tuple[str, int]] = Counter()
    for each in town.counted:
        if each.open:
            age = (town.as_of - each.requested).total_seconds() / 86_400
            truth[each.code, next(n for n, edge in enumerate(edges, 1) if age < edge)] += 1
    mart = town.by("FROM marts.open_ages", "service_code", "band")
    assert {key: row["open"] for key, row in mart.items()} == dict(truth)


def _waited(town: Town, lives: Iterable[Lived]) -> tuple[list[int], list[int]]:
    """Whole days of the closed ones, and of those that are open at as_of."""
    closed = [int(each.days) for each in lives if each.days is not None]
    still = [(town.as_of - e.requested).days for e in lives if e.days is None]
    return closed, still


def _scipy(closed: list[int], still: list[int]) -> list[tuple[float, float]]:
    stats = pytest.importorskip("scipy.stats")
    curve = stats.ecdf(stats.CensoredData(uncensored=closed, right=still)).sf
    return list(zip(curve.quantiles, curve.probabilities, strict=True))


def _lifelines(closed: list[int], still: list[int]) -> list[tuple[float, float]]:
    """Not among what is installed for the tests: its newest release, 0.30.3, wants pandas below 3.

    0.30.0, which takes any, is compared where somebody has installed it.
    """
    lifelines = pytest.importorskip("lifelines")
    seen = [True] * len(closed) + [False] * len(still)
    fitted = lifelines.KaplanMeierFitter().fit([*closed, *still], seen)
    return list(fitted.survival_function_["KM_estimate"].items())


@pytest.mark.parametrize("kaplan_meier", [_scipy, _lifelines])
def test_time_to_close_is_what_others_make_of_it_by_kaplan_meier(
    town: Town, kaplan_meier: Callable[[list[int], list[int]], list[tuple[float, float]]]
) -> None:
    mart = town.by("FROM marts.time_to_close", "span", "service_code")
    spans = {"all": 10_000, "last 365 days": 365, "last 90 days": 90}
    compared = 0
    for span, days in spans.items():
        young = [e for e in town.counted if e.day > town.last - timedelta(days=days)]
        for code, lives in _group(young, lambda each: each.code).items():
            row = mart[span, code]
            closed, still = _waited(town, lives)
            assert row["n"] == len(lives)
            assert (row["closed"], row["still_open"]) == (len(closed), len(still))
            curve = kaplan_meier(closed, still)
            for share, column in ((0.5, "km_median_days"), (0.1, "km_p90_days")):
                reached = [day for day, surviving in curve if surviving <= share + 1e-9]
                assert row[column] == (reached[0] if reached else None)
                compared += 1
            ranked = sorted(closed)
            naive = ranked[math.ceil(0.5 * len(ranked)) - 1] if ranked else None
            assert row["naive_median_days"] == naive
    assert compared > 200


def test_cohorts_are_judged_only_when_they_are_old_enough(town: Town) -> None:
    mart = town.by("FROM marts.closed_within", "requested_month", "service_code")
    months = _group(town.counted, lambda each: (_month(each.day), each.code))
    assert mart.keys() == months.keys()
    for (month, code), lives in months.items():
        row = mart[month, code]
        assert row["n"] == len(lives)
        for days in (7, 30):
            mature = _next_month(month) + timedelta(days=days) <= town.today
            done = sum(each.days is not None and each.days <= days for each in lives)
            assert row[f"closed_{days}"] == (done if mature else None)


def test_on_time_counts_all_that_is_due_open_ones_as_late(town: Town) -> None:
    mart = town.by("FROM marts.on_time", "requested_month", "service_code")
    for (month, code), lives in _group(town.counted, lambda e: (_month(e.day), e.code)).items():
        due = [e for e in lives if e.expected and e.expected <= town.as_of]
        met = [e for e in due if e.closings and e.expected and e.closings[0] <= e.expected]
        row = mart[month, code]
        assert (row["due"], row["on_time"]) == (len(due), len(met))
        assert row["with_target"] == sum(each.expected is not None for each in lives)
    late = [e for e in town.counted if e.open and e.expected and e.expected < town.as_of]
    assert town.by("FROM marts.overdue", "service_request_id").keys() == {e.id for e in late}


def test_the_first_answer_is_the_first_work_or_the_closing(town: Town) -> None:
    stats = pytest.importorskip("scipy.stats")
    mart = town.by("FROM marts.first_response", "service_code")
    young = [e for e in town.counted if e.day > town.last - timedelta(days=365)]
    for code, lives in _group(young, lambda each: each.code).items():
        waits = {e.id: (min(e.answers, default=town.as_of) - e.requested) for e in lives}
        hours = {name: int(wait.total_seconds() // 3_600) for name, wait in waits.items()}
        sample = stats.CensoredData(
            uncensored=[hours[e.id] for e in lives if e.answers],
            right=[hours[e.id] for e in lives if not e.answers],
        )
        curve = stats.ecdf(sample).sf
        reached = curve.quantiles[curve.probabilities <= 0.5 + 1e-9]
        assert mart[code]["km_median_hours"] == (reached[0] if len(reached) else None)


def test_reopened_counts_closings_that_had_thirty_days(town: Town) -> None:
    month = timedelta(days=30)
    closings: Counter[tuple[date, str]] = Counter()
    again: Counter[tuple[date, str]] = Counter()
    for each in town.counted:
        for at in each.closings:
            if at <= town.as_of - month:
                key = (_month(local_day(at)), each.code)
                closings[key] += 1
                again[key] += any(at <= back <= at + month for back in each.reopenings)
    mart = town.by("FROM marts.reopened", "closed_month", "service_code")
    assert {key: row["closings"] for key, row in mart.items()} == dict(closings)
    assert all(row["reopened"] == again[key] for key, row in mart.items())
    assert sum(again.values()) > 10


def test_duplicates_are_apart_and_shown(town: Town) -> None:
    mart = town.by("FROM marts.duplicates", "month", "service_code")
    truth = _group(town.lives, lambda each: (_month(each.day), each.code))
    assert {key: row["duplicates"] for key, row in mart.items()} == {
        key: sum(each.duplicate for each in lives) for key, lives in truth.items()
    }


def test_the_same_place_fails_again_within_55_m_and_30_days(town: Town) -> None:
    truth = {}
    for code, lives in _group(town.counted, lambda each: each.code).items():
        for done in (each for each in lives if each.closings and each.place):
            for new in lives:
                wait = (new.requested - done.closings[0]).total_seconds() / 86_400
                if new.id != done.id and new.place and 0 <= wait <= 30:
                    assert done.place
                    if _metres(done.place, new.place) <= 55:
                        truth[done.id] = min(wait, truth.get(done.id, math.inf))
        assert code
    mart = town.by("FROM marts.repeats", "service_request_id")
    assert {name: row["days"] for name, row in mart.items()} == pytest.approx(truth)


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    across = (a[1] - b[1]) * math.cos(math.radians((a[0] + b[0]) / 2))
    return 111_320 * math.hypot(a[0] - b[0], across)


def test_channels_share_a_month_among_them(town: Town) -> None:
    mart = town.by("FROM marts.channels", "month", "channel")
    truth = Counter((_month(each.day), each.channel) for each in town.counted)
    assert {key: row["requests"] for key, row in mart.items()} == dict(truth)
    totals: Counter[date] = Counter(_month(each.day) for each in town.counted)
    for (month, _), row in mart.items():
        assert row["share"] == pytest.approx(row["requests"] / totals[month])


def test_hot_spots_compare_90_days_with_the_90_before(town: Town) -> None:
    asked: Counter[tuple[str, bool]] = Counter()
    cells = town.by("FROM marts.fact_service_requests", "service_request_id")
    for each in town.counted:
        age = (town.last - each.day).days
        cell = cells[each.id]["cell"]
        if cell and 0 <= age < 180:
            asked[cell, age < 90] += 1
    hot = {cell for (cell, _), n in asked.items() if n >= 10}
    mart = town.by("FROM marts.hot_spots", "cell")
    assert mart.keys() == hot
    assert all(row["requests"] == asked[cell, True] for cell, row in mart.items())


def test_seasons_are_relative_to_the_mean_of_whole_years(town: Town) -> None:
    asked = Counter((each.code, each.day.year, each.day.month) for each in town.counted)
    mart = town.by("FROM marts.seasonality", "service_code", "month_of_year")
    assert mart
    for (code, month), row in mart.items():
        index = []
        for year in (2024, 2025):
            total = sum(asked[code, year, each] for each in range(1, 13))
            days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
            length = (_next_month(date(year, month, 1)) - date(year, month, 1)).days
            if total:
                index.append(asked[code, year, month] / length / (total / days))
        assert row["index"] == pytest.approx(sum(index) / len(index))


def test_years_are_compared_by_52_weeks(town: Town) -> None:
    mart = town.by("FROM marts.year_over_year", "service_code")
    spans: Counter[tuple[str, bool]] = Counter()
    for each in town.counted:
        age = (town.last - each.day).days
        if 0 <= age < 728:
            spans[each.code, age < 364] += 1
    assert mart.keys() == {code for code, _ in spans}
    for code, row in mart.items():
        assert (row["requests"], row["before"]) == (spans[code, True], spans[code, False])


def test_wards_are_measured_by_their_own_mix(town: Town) -> None:
    cohort = [each for each in town.counted if 14 <= (town.last - each.day).days <= 378]
    quick = {e.id: e.days is not None and e.days <= 14 for e in cohort}
    rate = {
        code: sum(quick[e.id] for e in lives) / len(lives)
        for code, lives in _group(cohort, lambda each: each.code).items()
    }
    z = NormalDist().inv_cdf(0.975)
    mart = town.by("FROM marts.ward_fairness", "ward")
    for ward, lives in _group(cohort, lambda each: each.ward).items():
        expected = sum(rate[each.code] for each in lives)
        margin = z * math.sqrt(sum(rate[e.code] * (1 - rate[e.code]) for e in lives))
        row = mart[ward]
        done = sum(quick[each.id] for each in lives)
        assert (row["n"], row["closed_14"]) == (len(lives), done)
        assert row["ratio"] == pytest.approx(done / expected)
        assert row["ratio_high"] == pytest.approx((done + margin) / expected, rel=1e-4)


def test_quick_closings_are_counted_and_bulk_days_are_none_here(town: Town) -> None:
    quick = Counter(
        (_month(local_day(each.closings[0])), each.code)
        for each in town.counted
        if each.closings and each.closings[0] - each.requested <= timedelta(minutes=10)
    )
    mart = town.by("FROM marts.suspicious_closings", "closed_month", "service_code")
    assert {key: row["within_10_minutes"] for key, row in mart.items()} == dict(quick)
    assert town.mart("FROM marts.bulk_closings") == []


def test_freshness_and_completeness_say_what_the_rows_hold(town: Town) -> None:
    (row,) = town.mart("FROM marts.freshness")
    newest = max(each.requested for each in town.lives)
    assert (row["as_of"], row["requests"]) == (town.as_of, len(town.lives))
    assert row["hours_behind"] == pytest.approx((town.as_of - newest).total_seconds() / 3_600)
    recent = {town.last - timedelta(days=n) for n in range(30)}
    assert row["empty_days"] == len(recent - {each.day for each in town.lives})
    mart = town.by("FROM marts.completeness", "requested_month")
    for month, lives in _group(town.lives, lambda each: _month(each.day)).items():
        assert mart[month]["requests"] == len(lives)
        located = sum(each.place is not None for each in lives) / len(lives)
        assert mart[month]["share_with_location"] == pytest.approx(located)
