"""The catalog keeps every state of what it holds, and believes no list that is suddenly short."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from reading import Warehouse, request

from open311_etl import catalog
from open311_etl.model import LandedPage, Outcome, Verdict, Window
from open311_etl.warehouse import warehouse


def service(code: str, name: str, **fields: Any) -> dict[str, Any]:
    more = {"group": "Streets", "keywords": "a,b", "metadata": True, "type": "batch"}
    return {"service_code": code, "service_name": name, "description": "", **more, **fields}


def attribute(code: str, description: str, *values: str) -> dict[str, Any]:
    made: dict[str, Any] = {"variable": True, "code": code, "datatype": "singlevaluelist"}
    made |= {"required": False, "order": 1, "description": description}
    return made | {"values": [{"key": each, "name": each.title()} for each in values]}


class Catalog(Warehouse):
    """A warehouse whose catalog is refreshed by hand, once a day."""

    def refresh(
        self,
        services: Sequence[dict[str, Any]],
        definitions: Mapping[str, Sequence[dict[str, Any]] | None] = {},
    ) -> datetime:
        self.clock += timedelta(days=1)
        bodies: list[tuple[str | None, Any]] = [(None, list(services))]
        for code, attributes in definitions.items():
            told = {"service_code": code, "attributes": list(attributes or [])}
            bodies.append((code, None if attributes is None else told))
        pages = tuple(self._page(subject, body) for subject, body in bodies)
        outcome = Outcome(
            uuid.uuid4().hex, "run", self.source.name, "catalog", Window(self.clock, self.clock),
            Verdict.PROVEN, "", pages, 0, len(services), 0, len(pages), self.clock, self.clock,
        )  # fmt: skip
        with warehouse(self.file) as con:
            catalog.load(con, outcome, self.landing)
        return self.clock

    def _page(self, subject: str | None, body: Any) -> LandedPage:
        raw = json.dumps(body).encode()
        sha = self.landing.put(raw)
        return LandedPage(
            sha, "http://127.0.0.1/", None, self.clock, 0.1, 1, len(raw), 1, False, subject
        )


@pytest.fixture
def house(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path)


def test_a_code_that_is_used_again_is_two_services_in_time(house: Catalog) -> None:
    """Q-SVC-3: Koeln's 010 was scrap vehicles, then playgrounds."""
    house.refresh([service("010", "Scrap vehicles", group="Order")])
    then = house.refresh([service("010", "Playgrounds", group="Parks")])
    early, late = then - timedelta(days=300), then + timedelta(hours=1)
    house.load(
        [
            request(n, service_code="010", service_name="?", requested_datetime=when.isoformat())
            for n, when in enumerate((early, late))
        ]
    )
    versions = house.rows("FROM service_versions ORDER BY valid_from")
    assert [(row["service_name"], row["service_group"]) for row in versions] == [
        ("Scrap vehicles", "Order"),
        ("Playgrounds", "Parks"),
    ]
    assert versions[0]["valid_to"] == versions[1]["valid_from"] == then
    joined = house.rows("FROM service_request_services ORDER BY requested_datetime")
    assert [(row["service_name"], row["service_group"]) for row in joined] == [
        ("Scrap vehicles", "Order"),
        ("Playgrounds", "Parks"),
    ]


def test_a_code_that_only_requests_have_is_renamed_by_them(house: Catalog) -> None:
    def named(number: int, name: str, day: int) -> dict[str, Any]:
        when = f"2026-02-{day:02}T10:00:00Z"
        return request(number, service_name=name, requested_datetime=when, updated_datetime=when)

    house.load([named(1, "Scrap", 1), named(2, "Scrap", 3)])
    house.load([named(3, "Playground", 10), named(4, "Playground", 12)])
    house.load([named(5, "Scrap", 5)])  # comes late, and changes nothing
    versions = house.rows("FROM service_versions ORDER BY valid_from")
    assert [row["service_name"] for row in versions] == ["Scrap", "Playground"]
    assert not any(row["listed"] for row in versions)
    assert house.one("FROM services")["service_name"] == "Playground"


def test_a_request_whose_code_no_catalog_has_is_joined_to_nothing(house: Catalog) -> None:
    house.load([request(1, service_code=None)])
    (row,) = house.rows("FROM service_request_services")
    assert (row["service_request_id"], row["service_name"]) == ("SR-1", None)


def test_attributes_values_and_definitions_have_versions_of_their_own(house: Catalog) -> None:
    listed = [service("010", "Potholes")]
    first = [attribute("HOW", "How deep?", "deep", "flat"), attribute("WHO", "Who saw it?")]
    house.refresh(listed, {"010": first})
    house.refresh(listed, {"010": first})
    second = [attribute("HOW", "How deep is it?", "deep", "flat", "open"), first[1]]
    house.refresh(listed, {"010": second})
    house.refresh(listed, {"010": second[:1]})
    asked = house.rows("FROM service_attribute_versions ORDER BY code, valid_from")
    assert [(row["code"], row["description"], row["is_current"]) for row in asked] == [
        ("HOW", "How deep?", False),
        ("HOW", "How deep is it?", True),
        ("WHO", "Who saw it?", False),
    ]
    values = house.rows("FROM service_attribute_value_versions ORDER BY valid_from, value_number")
    assert [(row["key"], row["is_current"]) for row in values] == [
        ("deep", True),
        ("flat", True),
        ("open", True),
    ]
    whole = house.rows("FROM service_definition_versions ORDER BY valid_from")
    assert [row["attributes"] for row in whole] == [2, 2, 1]
    assert [row["is_current"] for row in whole] == [False, False, True]


@pytest.mark.parametrize("answer", [None, []])
def test_a_definition_that_is_suddenly_empty_is_not_believed(
    answer: list[dict[str, Any]] | None, house: Catalog
) -> None:
    listed = [service("010", "Potholes")]
    house.refresh(listed, {"010": [attribute("HOW", "How deep?", "deep")]})
    asked_at = house.one("FROM services")["definition_asked_at"]
    house.refresh(listed, {"010": answer})
    assert house.one("FROM service_attributes")["code"] == "HOW"
    assert house.one("FROM services")["definition_asked_at"] == asked_at, "it is asked again"


def test_a_short_list_retires_nothing_and_three_healthy_ones_do(house: Catalog) -> None:
    offered = [service(f"{n:03}", f"Service {n}", metadata=False) for n in range(9)]
    house.refresh(offered)
    for _ in range(4):
        house.refresh(offered[:6])
        house.refresh([])
    assert house.rows("FROM services WHERE retired_at IS NOT NULL OR absences > 0") == []
    for _ in range(3):
        assert house.rows("FROM services WHERE retired_at IS NOT NULL") == []
        retired_at = house.refresh(offered[1:])
    (gone,) = house.rows("FROM services WHERE retired_at IS NOT NULL")
    assert (gone["service_code"], gone["retired_at"]) == ("000", retired_at)
    house.refresh(offered)
    assert house.rows("FROM services WHERE retired_at IS NOT NULL") == []
    states = house.rows(
        "FROM service_versions WHERE service_code = '000' ORDER BY valid_from, is_current"
    )
    assert [row["retired_at"] is not None for row in states] == [False, True, False]


def test_no_version_begins_before_the_one_that_it_replaces(house: Catalog) -> None:
    """A pull with ``--end`` in the past has a clock that is behind what is known."""
    asked = attribute("HOW", "How deep?", "deep"), attribute("HOW", "How deep is it?", "flat")
    others = [service(f"{n:03}", "Other", metadata=False) for n in range(20, 29)]
    house.refresh([service("010", "Potholes"), *others], {"010": [asked[0]]})
    house.clock -= timedelta(days=3)
    house.refresh([service("010", "Holes"), *others], {"010": [asked[1]]})
    for _ in range(3):
        house.clock -= timedelta(days=3)
        house.refresh(others)
    for kind, versions in (
        ("service", 3),
        ("service_definition", 2),
        ("service_attribute", 2),
        ("service_attribute_value", 2),
    ):
        history = house.rows(
            f"FROM {kind}_versions WHERE service_code = '010' ORDER BY valid_from, is_current"
        )
        assert len(history) == versions, kind
        ends = [row["valid_to"] for row in history]
        assert ends == [*(row["valid_from"] for row in history[1:]), None], kind
        assert [row["is_current"] for row in history] == [False] * (versions - 1) + [True], kind
