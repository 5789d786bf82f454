"""Every known request is followed to its end, whatever the server can be asked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from daily import daily, last, profiled, prompt, pull, rows, wrong

from open311_etl.sandbox import Character, City, serving

SERVERS: dict[str, dict[str, Any]] = {
    "updated filter": {},
    "id lists": {"updated_filter": "refused", "id_list_most": 20},
    "neither": {"updated_filter": "ignored", "id_lists": "ignored"},
}


@pytest.mark.parametrize("name", SERVERS)
def test_after_daily_pulls_no_state_is_wrong(name: str, tmp_path: Path) -> None:
    city = prompt(City(250, days=5, services=12))
    pulls = list(daily(tmp_path, city, 5, **SERVERS[name]))
    settings, newest, _ = pulls[-1]
    assert wrong(settings, city) == set()
    assert not [debt for debt in newest.debt if debt.kind == "stale"]
    assert sum(report.counts["changed"] for _, report, _ in pulls) > 10


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", SERVERS)
def test_after_sixty_days_no_state_is_wrong(name: str, tmp_path: Path) -> None:
    city = City(2_000, days=60, services=12)
    ways = {**SERVERS[name], "moderated": 0.02, "moderated_days": 10, "vanishing": 0.02}
    for settings, report, _ in daily(tmp_path, city, 60, {"settle_days": 14.0}, **ways):
        assert wrong(settings, city) == set()
        assert not [debt for debt in report.debt if debt.kind == "stale"]
    shown = {row["service_request_id"] for row in city.truth() if "service_request_id" in row}
    kept = rows(settings, "SELECT service_request_id FROM service_requests WHERE gone_at IS NULL")
    ghosts = {row["service_request_id"] for row in kept} - shown
    assert len(ghosts) < 20, "most of those that vanished are known to be gone"


def test_who_is_wrong_for_want_of_budget_is_named_as_debt(tmp_path: Path) -> None:
    city = prompt(City(300, days=6, services=12))
    profile = {"follow_requests": 0}
    settings, report, _ = last(daily(tmp_path, city, 5, profile, **SERVERS["neither"]))
    (debt,) = [debt for debt in report.debt if debt.kind == "stale"]
    missed = wrong(settings, city)
    assert 0 < len(missed) <= (debt.entries or 0)
    assert debt.since is not None
    assert report.as_of - debt.since > timedelta(hours=22)
    assert report.exit_code == 1
    with serving(city, character=Character(**SERVERS["neither"])) as server:
        rich = profiled(tmp_path, server.url, **profile)
        later = pull(rich, city, 5.01, follow_requests=500)
    assert wrong(rich, city) == set()
    assert not [debt for debt in later.debt if debt.kind == "stale"]


@pytest.mark.slow
def test_a_filter_that_leaves_changes_out_is_found_out_by_single_reads(tmp_path: Path) -> None:
    """Q-DATE-2."""
    city = prompt(City(300, days=5, services=12))
    settings, _, _ = last(daily(tmp_path, city, 5, updated_filter="lossy"))
    lies = rows(settings, "FROM etl.windows WHERE kind = 'follow' AND verdict = 'suspect'")
    assert len(lies) == 1, "and is left alone then"
    assert "without being shown" in lies[0]["reason"]
    assert wrong(settings, city) == set()


def test_a_stale_replica_never_turns_a_closed_request_open_again(tmp_path: Path) -> None:
    city = City(300, days=5, services=12)
    one_by_one = {"concurrency": 1}  # so that it is always the same answers that are old
    settings, _, _ = last(daily(tmp_path, city, 5, one_by_one, stale_every=3, stale_days=1.2))
    reopened = rows(
        settings,
        """
        FROM service_request_versions AS v
        WHERE status = 'open' AND EXISTS (
            FROM service_request_versions AS before
            WHERE before.status = 'closed' AND before.service_request_id = v.service_request_id
            AND before.updated_datetime > v.updated_datetime AND before.observed_at < v.observed_at
        )
        """,
    )
    assert reopened == []
    (row,) = rows(settings, "SELECT sum(stale) AS stale FROM etl.windows")
    assert row["stale"] > 0, "older answers are counted"
