"""An audit reads proven windows again: what was missing is found, stored, and bounded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commanding import command, config
from hypothesis import given
from hypothesis import strategies as st

from open311_etl import pipeline
from open311_etl.audit import audit, upper_bound
from open311_etl.config import Settings
from open311_etl.errors import UsageError
from open311_etl.sandbox import City, serving
from open311_etl.warehouse import warehouse


@pytest.fixture
def house(settings: Callable[..., Settings]) -> Iterator[Settings]:
    """Give a pulled city that is still being served."""
    city = City(120, days=6, services=4)
    with serving(city) as server:
        setup = settings(server.url, row_cap=0, window_hours=24.0, settle_days=0.0)
        pipeline.pull(["springfield"], setup, start=city.start, end=city.end)
        yield setup


def test_where_nothing_is_missing_the_bound_says_how_much_could_be(house: Settings) -> None:
    report = audit(house, "springfield", windows=3, seed=5)
    assert len(report.windows) == 3
    assert report.listed > 20
    assert (report.missing, report.exit_code) == (0, 0)
    assert report.most_missing == pytest.approx(1 - 0.05 ** (1 / report.listed))
    again = audit(house, "springfield", windows=3, seed=5)
    assert [each.window for each in again.windows] == [each.window for each in report.windows]


def test_what_is_missing_is_named_stored_and_makes_its_window_suspect(house: Settings) -> None:
    with warehouse(house.warehouse) as con:
        taken = con.execute(
            "DELETE FROM service_requests WHERE service_request_id IN (SELECT service_request_id "
            "FROM service_requests ORDER BY requested_datetime LIMIT 2) "
            "RETURNING service_request_id"
        ).fetchall()
        con.execute(
            "DELETE FROM service_request_versions WHERE service_request_id IN "
            "(SELECT unnest($ids))",
            {"ids": [each for (each,) in taken]},
        )
        con.execute(
            "UPDATE service_requests SET service_request_id = 'of old' WHERE service_request_id = "
            "(SELECT max(service_request_id) FROM service_requests)"
        )
    report = audit(house, "springfield", windows=99)
    missing = {each for window in report.windows for each in window.missing}
    assert {each for (each,) in taken} < missing
    assert (report.missing, report.vanished, report.exit_code) == (3, 1, 1)
    assert 3 / report.listed < report.most_missing < 0.1
    with warehouse(house.warehouse, read_only=True) as con:
        stored = con.execute(
            "SELECT count(*) FROM service_requests WHERE list_contains($ids, service_request_id)",
            {"ids": sorted(missing)},
        ).fetchone()
        debts = con.execute("SELECT kind, reason FROM etl.debt WHERE kind = 'suspect'").fetchall()
    assert stored == (3,)
    assert {reason.partition(":")[0] for _, reason in debts} == {"audit"}


def test_the_command_gives_the_figures_and_the_exit_code(house: Settings, tmp_path: Path) -> None:
    file = config(tmp_path / "open311.toml", springfield=house.source("springfield").url)
    place = ("--data-dir", house.data_dir, "--config", file)
    ended = command("audit", "springfield", "--windows", "2", "--json", *place, SPRINGFIELD_KEY="k")
    assert ended.code == 0, ended.err
    told = ended.json
    assert (told["missing"], len(told["windows"])) == (0, 2)
    assert told["most_missing"] == pytest.approx(1 - 0.05 ** (1 / told["listed"]))
    assert command("audit", "springfield", "--windows", "0", *place).code == 2


def test_nothing_proven_is_nothing_to_audit(house: Settings) -> None:
    with warehouse(house.warehouse) as con:
        con.execute("UPDATE etl.windows SET verdict = 'suspect'")
    with pytest.raises(UsageError, match="no window is proven yet"):
        audit(house, "springfield")


@pytest.mark.parametrize(
    ("found", "of", "bound"),
    # The one-sided 95 % bounds are the upper ends of two-sided 90 % intervals in published tables.
    [(0, 20, 0.13911), (1, 20, 0.21611), (5, 50, 0.19883), (10, 100, 0.16372), (7, 7, 1.0)],
)
def test_the_bound_is_clopper_and_pearsons(found: int, of: int, bound: float) -> None:
    assert upper_bound(found, of) == pytest.approx(bound, abs=1e-4)


@given(st.integers(0, 60), st.integers(1, 400), st.sampled_from([0.8, 0.95, 0.99]))
def test_at_the_bound_so_few_are_as_improbable_as_was_asked(
    found: int, of: int, confidence: float
) -> None:
    bound = upper_bound(found, of, confidence)
    if found >= of:
        assert bound == 1
        return
    chance = sum(math.comb(of, k) * bound**k * (1 - bound) ** (of - k) for k in range(found + 1))
    assert chance == pytest.approx(1 - confidence, rel=1e-6)
    assert bound > found / of
