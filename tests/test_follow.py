"""Known requests are brought up to date, day by day, and a filter that lies is found out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from open311_etl import pipeline
from open311_etl.config import Settings
from open311_etl.sandbox import Character, City, serving
from open311_etl.session import PullReport
from open311_etl.warehouse import warehouse

DAYS = 3


def daily_pulls(
    city: City, settings: Callable[..., Settings], **ways: Any
) -> tuple[Settings, list[PullReport]]:
    """Pull a city at each of its last days, as one does who schedules it."""
    reports = []
    with serving(city, character=Character(**ways)) as server:
        setup = settings(server.url, retries=1, row_cap=0, window_hours=24 * 7, settle_days=3.0)
        for day in range(DAYS, -1, -1):
            now = city.end - timedelta(days=day)
            city.set_clock(now)
            (report,) = pipeline.pull(["springfield"], setup, end=now)
            assert report.error is None
            reports.append(report)
    return setup, reports


def statuses(setup: Settings) -> dict[str, str]:
    with warehouse(setup.warehouse, read_only=True) as con:
        found = con.sql("SELECT service_request_id, status FROM service_requests").fetchall()
    return dict(found)


def test_after_daily_pulls_no_status_is_wrong(settings: Callable[..., Settings]) -> None:
    city = City(600, days=40, services=40)
    setup, reports = daily_pulls(city, settings)
    shown = {
        row["service_request_id"]: row["status"]
        for row in city.truth()
        if row.get("service_request_id")
    }
    assert statuses(setup) == shown
    assert sum(report.counts["changed"] for report in reports[1:]) > 10


def test_following_costs_what_changed_not_what_there_is(settings: Callable[..., Settings]) -> None:
    setup, (first, *later) = daily_pulls(City(600, days=40, services=40), settings)
    assert all(report.counts["records"] < first.counts["records"] / 3 for report in later)
    # Definitions are asked for again in a week, some of them each day.
    asked = [report.services.definitions for report in (first, *later) if report.services]
    assert 0 < sum(asked[1:]) < asked[0]
    assert max(asked[1:]) < asked[0] / 2
    with warehouse(setup.warehouse, read_only=True) as con:
        kinds = con.sql("SELECT DISTINCT kind, verdict FROM etl.windows").fetchall()
    assert ("follow", "proven") in kinds


@pytest.mark.parametrize("way", ["ignored", "refused"])
def test_an_updated_filter_that_does_not_work_is_found_out_and_left_alone(
    way: str, settings: Callable[..., Settings]
) -> None:
    """Q-DATE-2."""
    setup, reports = daily_pulls(City(300, days=20, services=40), settings, updated_filter=way)
    with warehouse(setup.warehouse, read_only=True) as con:
        follows = con.sql(
            "SELECT verdict, reason FROM etl.windows WHERE kind = 'follow'"
        ).fetchall()
    assert {verdict for verdict, _ in follows} == {"suspect"}
    assert all(reason for _, reason in follows)
    assert len(follows) <= DAYS, "asked once a run at most"
    assert not [debt for debt in reports[-1].debt if debt.kind in ("suspect", "blocked")]
