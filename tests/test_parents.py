"""Duplicates and parents are resolved to ids, wherever a source names them (Q-ID-7)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reading import Warehouse, request


@pytest.fixture
def house(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


def report(number: str, **fields: Any) -> dict[str, Any]:
    return {**request(number), "service_request_id": number, **fields}


def parents(house: Warehouse) -> dict[str, tuple[str | None, bool, str | None, bool]]:
    rows = house.rows("FROM service_request_parents")
    return {
        row["service_request_id"]: (
            row["parent_service_request_id"],
            row["duplicate"],
            row["named_in"],
            row["parent_known"],
        )
        for row in rows
    }


def test_keys_of_extended_attributes_name_the_parent(house: Warehouse) -> None:
    """Q-ID-7."""
    chicago = {"duplicate": True, "parent_service_request_id": "12-01952126"}
    salesforce = {"duplicate_parent_service_request_id": "12-01951406"}
    house.load(
        [
            report("12-01952126"),
            report("12-01952127", extended_attributes=chicago),
            report("12-01952128", extended_attributes={"duplicate": True}),
            report("12-01952129", extended_attributes=salesforce),
            report("12-01952130", extended_attributes={"duplicate": False, "ward": "7"}),
        ]
    )
    assert parents(house) == {
        "12-01952127": ("12-01952126", True, "parent_service_request_id", True),
        "12-01952128": (None, True, None, False),
        "12-01952129": ("12-01951406", True, "duplicate_parent_service_request_id", False),
    }


@pytest.mark.parametrize(
    ("text", "parent"),
    [
        ("Duplicate of Existing Case. see 101003147902.", "101003147902"),
        ("Duplicate of Existing Case. SEE  101003147902.", "101003147902"),
        ("duplicate of Case#101003147902 - closed 2020-01-05", "101003147902"),
        ("Duplicate of Existing Case. see linked cases, call 617 635 4500", None),
        ("Duplicate of 101003158851", None),
    ],
)
def test_a_text_names_the_parent_by_the_shape_of_its_id(
    text: str, parent: str | None, house: Warehouse
) -> None:
    """Q-ID-7."""
    house.load([report("101003158851", status="closed", status_notes=text)])
    named = "status_notes" if parent else None
    assert parents(house) == {"101003158851": (parent, True, named, False)}


def test_a_text_that_tells_of_no_duplicate_names_nobody(house: Warehouse) -> None:
    house.load([report("101003158851", status_notes="Case closed. Ticket 101003147902 issued")])
    assert parents(house) == {}


def test_notes_name_the_child_that_follows(house: Warehouse) -> None:
    """Q-EXT-2: follow-on requests hide in notes."""
    notes = [
        {"type": "opened", "datetime": "2026-03-01T10:00:00Z", "summary": "Request opened"},
        {
            "type": "activity",
            "datetime": "2026-03-01T11:00:00Z",
            "summary": "Follow-on created",
            "extended_attributes": {"child_service_request_id": "SR26-00000007"},
        },
        {"type": "activity", "summary": "Sent to forestry as SR26-00000009"},
    ]
    house.load([report("SR26-00000001", notes=notes), report("SR26-00000007")])
    children = house.rows("FROM service_request_notes ORDER BY note_number")
    assert [row["child_service_request_id"] for row in children] == [
        None,
        "SR26-00000007",
        "SR26-00000009",
    ]
    assert [row["type"] for row in children] == ["opened", "activity", "activity"]
    parent = ("SR26-00000001", False, "notes of the parent", True)
    assert parents(house) == {"SR26-00000007": parent, "SR26-00000009": parent}
