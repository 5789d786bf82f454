"""Every captured list of requests, loaded: the right count, ids, instants and places."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from captured import ABSENT, FIXTURES, captured
from reading import SOURCE, Warehouse

from open311_etl.errors import BadBody

ZONES = {
    "bloomington": "America/Indiana/Indianapolis",
    "helsinki": "Europe/Helsinki",
    "koeln": "Europe/Berlin",
    "san-francisco": "America/Los_Angeles",
    "toronto": "America/Toronto",
}
LISTS = captured(
    "*/request-*", "*/requests-*", "spec-examples/*service*requests*", "spec-examples/*get_service*"
)
REFUSED = {"requests-2013-doc-1.json": "not valid JSON"}


def plainly_read(file: Path) -> list[dict[str, Any]]:
    """Read a captured list by the plainest means there are, not by ours."""
    if file.suffix == ".json":
        found = json.loads(file.read_text(encoding="utf-8-sig"))
        if isinstance(found, dict):
            lists = [value for value in found.values() if isinstance(value, list)]
            wrapped = len(found) == 1 and lists
            found = lists[0] if wrapped else [found]
        return list(found)
    root = ElementTree.parse(file).getroot()
    items = [each for each in root.iter() if each.tag.rpartition("}")[2] == "request"]
    return [
        {key.tag.rpartition("}")[2]: (key.text or "").strip() for key in each} for each in items
    ]


def instant(text: str | None, zone: str) -> datetime | None:
    if not text:
        return None
    if "." in text:  # fractions of any length, as San Francisco had them
        whole, _, rest = text.partition(".")
        digits = rest.rstrip("Z+-:0123456789") or rest[: len(rest) - len(rest.lstrip("0123456789"))]
        text = f"{whole}.{digits.ljust(6, '0')}{rest[len(digits) :]}"
    when = datetime.fromisoformat(text)
    return (when if when.tzinfo else when.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def place(record: dict[str, Any]) -> tuple[float, float] | None:
    try:
        lat, long = float(record["lat"]), float(record["long"])
    except (KeyError, TypeError, ValueError):
        return None
    return (lat, long) if (lat or long) and abs(lat) <= 90 and abs(long) <= 180 else None


@pytest.mark.skipif(not FIXTURES.is_dir(), reason=ABSENT)
@pytest.mark.parametrize("file", LISTS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_captured_list_is_loaded_whole_or_refused_with_a_reason(
    file: Path, tmp_path: Path
) -> None:
    """Q-TIME-1, Q-TIME-9, Q-GEO-3."""
    zone = ZONES.get(file.parent.name, "America/Chicago")
    house = Warehouse(tmp_path, SOURCE.model_copy(update={"timezone": zone}))
    if file.name in REFUSED:
        with pytest.raises(BadBody, match=r"\w{3}"):
            house.read(file.read_bytes())
        return
    records = plainly_read(file)
    report = house.load(file.read_bytes())
    named = {
        str(each["service_request_id"]): each for each in records if each.get("service_request_id")
    }
    assert report.records == len(records)
    assert report.new == len(named)
    assert report.pending == len(records) - len(named)
    stored = house.rows("SELECT * FROM service_requests")
    assert {row["service_request_id"] for row in stored} == named.keys()
    for row in stored:
        record = named[row["service_request_id"]]
        for key in ("requested_datetime", "updated_datetime", "expected_datetime"):
            assert row[key] == instant(record.get(key), zone), key
        assert place(record) == (None if row["lat"] is None else (row["lat"], row["long"]))
        assert (row["status"] or "") == str(record.get("status") or "").lower()


@pytest.mark.skipif(not FIXTURES.is_dir(), reason=ABSENT)
def test_there_are_captured_lists_of_many_cities() -> None:
    assert len({file.parent.name for file in LISTS}) >= 8
