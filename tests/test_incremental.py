"""Pulling a city day by day, killed or not, gives what pulling it once at the end gives."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from daily import profiled, pull, rows
from hypothesis import HealthCheck, Phase, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bench.survive.city import Springfield, start
from bench.survive.kills import MOMENTS
from open311_etl.config import Settings
from open311_etl.sandbox import Character, City, serving

DAYS = 4
END = DAYS + 1.0
"""All are pulled to then: a day after any other pull, so that what settles is due once more."""

CURRENT = {
    "requests": """
        SELECT * EXCLUDE (first_seen_at, last_seen_at, last_changed_at, content_hash, page_sha256)
        FROM service_requests WHERE gone_at IS NULL ORDER BY service_request_id
    """,
    "notes": """
        SELECT * EXCLUDE observed_at FROM service_request_notes
        SEMI JOIN (FROM service_requests WHERE gone_at IS NULL)
        USING (source, service_request_id) ORDER BY service_request_id, note_number
    """,
    "services": """
        SELECT * EXCLUDE (first_seen_at, last_seen_at, last_changed_at, definition_asked_at)
        FROM services WHERE listed AND retired_at IS NULL ORDER BY service_code
    """,
    "attributes": "SELECT * EXCLUDE first_seen_at FROM service_attributes ORDER BY ALL",
    "values": "FROM service_attribute_values ORDER BY ALL",
    "parents": "SELECT * EXCLUDE parent_known FROM service_request_parents ORDER BY ALL",
}
WAYS: list[dict[str, Any]] = [
    {},
    {"updated_filter": "refused", "id_list_most": 7},
    {"updated_filter": "ignored", "id_lists": "ignored"},
    {"updated_filter": "refused", "id_lists": "refused", "by_id": "missing"},
    {"order": "requested-asc", "page_size_most": 20, "beyond": "last"},
    {"formats": "xml", "updated_filter": "refused"},
]


def current(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """Give what the tables hold now, but for when it was seen."""
    return {name: rows(settings, query) for name, query in CURRENT.items()}


def killed(settings: Settings, city: City, day: float, failpoint: str) -> None:
    """Begin a pull in a process of its own, which dies at a moment if it comes to it."""
    now = city.start + timedelta(days=day)
    city.set_clock(now)
    town = Springfield(city, settings.source("springfield"), None, ())
    process = start(town, settings.data_dir, now, failpoint=failpoint)
    process.join()
    assert process.exitcode in (0, 1, -signal.SIGKILL)


def proven(place: Path, seed: int, way: int, schedule: Sequence[float], failpoint: str) -> None:
    """Pull a random city at the times of a schedule and once at its end; both must be the same."""
    city = City(160, seed=seed, days=DAYS, services=8)
    city.moderate(0.05, 1.5, seed)
    city.vanish(0.05, seed)
    ways = WAYS[way]
    profile = {"settle_days": 3.0, "format": ways.get("formats", "json"), "page_size": 50}
    with serving(city, character=Character(**ways)) as server:
        daily = profiled(place / "daily", server.url, **profile)
        for number, day in enumerate(sorted({*schedule, END})):
            if failpoint and number:
                killed(daily, city, day, failpoint)
            pull(daily, city, day, first=number == 0)
        once = profiled(place / "once", server.url, **profile)
        pull(once, city, END, first=True)
    found, wanted = current(daily), current(once)
    shown = {row["service_request_id"] for row in wanted["requests"]}
    # Who vanished without having been missed by a reading yet is still there.
    ghosts = [row for row in found["requests"] if row["service_request_id"] not in shown]
    assert all(city.life(row["service_request_id"]).gone for row in ghosts)
    for name in ("requests", "notes", "parents"):
        found[name] = [row for row in found[name] if row["service_request_id"] in shown]
    for name, there in wanted.items():
        assert found[name] == there, name


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL and forkserver are POSIX's")
def test_day_by_day_killed_each_day_is_the_same_as_once(tmp_path: Path) -> None:
    proven(tmp_path, 5, 1, (1.0, 2.0), "in-transaction:2")


@pytest.mark.slow
@pytest.mark.timeout(3000)
@examples(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # making a case smaller takes longer than reading it
)
@given(
    seed=st.integers(1, 10_000),
    way=st.integers(0, len(WAYS) - 1),
    schedule=st.lists(st.sampled_from([0.6, 1.0, 1.4, 2.0, 2.1, 3.0, 3.7]), min_size=1, max_size=5),
    failpoint=st.one_of(
        st.just(""),
        st.builds("{}:{}".format, st.sampled_from(sorted(MOMENTS)), st.integers(1, 4)),
    ),
)
@example(seed=311, way=0, schedule=[1.0, 2.0, 3.0], failpoint="after-commit")
@example(seed=7, way=2, schedule=[1.0, 2.0, 3.0], failpoint="")
def test_any_history_pulled_by_any_schedule_is_the_same_as_once(
    seed: int, way: int, schedule: list[float], failpoint: str
) -> None:
    with TemporaryDirectory() as folder:
        proven(Path(folder), seed, way, schedule, failpoint)
