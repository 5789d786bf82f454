"""Who is denied by id and lacked by a proven window is gone, until an answer shows it again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from reading import Warehouse, request

from open311_etl.model import Outcome, Verdict


@pytest.fixture
def house(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path)
    made.load([request(1), request(2)])
    return made


def denial(house: Warehouse, number: int, verdict: Verdict = Verdict.PROVEN) -> Outcome:
    """Give a reading in which a request was asked for by its id, and denied."""
    read = house.read([], verdict=verdict)
    (page,) = read.pages
    return replace(read, kind="single", pages=(replace(page, subject=f"SR-{number}"),))


def gone(house: Warehouse) -> list[str]:
    found = house.rows("FROM service_requests WHERE gone_at IS NOT NULL")
    return [row["service_request_id"] for row in found]


@pytest.mark.parametrize("denied_first", [True, False])
def test_denied_by_id_and_lacked_by_its_window_is_gone(
    denied_first: bool, house: Warehouse
) -> None:
    """Q-LIFE-1."""
    if denied_first:
        house.load_all(denial(house, 1))
        assert gone(house) == []
        house.load([request(2)])
    else:
        house.load([request(2)])
        assert gone(house) == []
        house.load_all(denial(house, 1))
    assert gone(house) == ["SR-1"]
    versions = house.rows(
        "FROM service_request_versions WHERE service_request_id = 'SR-1' ORDER BY valid_from"
    )
    assert [row["gone_at"] is not None for row in versions] == [False, True]
    assert [row["is_current"] for row in versions] == [False, True]
    assert versions[0]["valid_to"] == versions[1]["valid_from"]
    assert versions[1]["observed_at"] == versions[1]["gone_at"] == house.clock


def test_one_proof_alone_makes_nobody_gone(house: Warehouse) -> None:
    house.load_all(denial(house, 1))
    house.load_all(replace(house.read([request(1)]), verdict=Verdict.SUSPECT))
    house.load([request(1)])  # shown again after it was denied, then lacked
    house.load([request(2)])
    assert gone(house) == []


def test_a_denial_counts_only_where_the_call_is_known_to_work(house: Warehouse) -> None:
    house.load_all(denial(house, 1, Verdict.SUSPECT))
    house.load([request(2)])
    assert gone(house) == []


def test_a_window_that_is_not_proven_proves_no_absence(house: Warehouse) -> None:
    house.load_all(denial(house, 1))
    house.load_all(house.read([request(2)], verdict=Verdict.BLOCKED))
    assert gone(house) == []


def test_who_comes_back_is_unmarked_and_all_are_versions(house: Warehouse) -> None:
    house.load_all(denial(house, 1))
    house.load([request(2)])
    assert house.load([request(1), request(2)]).changed == 1
    assert gone(house) == []
    versions = house.rows(
        "FROM service_request_versions WHERE service_request_id = 'SR-1' ORDER BY valid_from"
    )
    assert [row["gone_at"] is not None for row in versions] == [False, True, False]
    house.load_all(denial(house, 1))
    house.load([request(2)])
    assert gone(house) == ["SR-1"]


def test_other_texts_by_id_than_in_lists_make_no_version(house: Warehouse) -> None:
    told = house.read([request(1, description="at length, as by id only")])
    assert house.load_all(replace(told, kind="single")).unchanged == 1
    assert len(house.rows("FROM service_request_versions WHERE service_request_id = 'SR-1'")) == 1
    closed = house.read([request(1, status="closed", updated_datetime="2026-03-01T12:00:00Z")])
    assert house.load_all(replace(closed, kind="single")).changed == 1
