"""A probe finds out each kind of server, within its budget, and its profile can be used."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from open311_etl.config import Settings, Source
from open311_etl.probe import probe
from open311_etl.sandbox import Character, City, serving

KINDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"first_page": 1, "page_size": 500}),
    ({"first_page": 0, "page_size_most": 20}, {"first_page": 0, "page_size": 20}),
    ({"page_size_param": "per_page", "page_size_most": 100}, {"page_size_param": "per_page"}),
    ({"page_size_fixed": True, "page_size": 100, "first_page": 0}, {"first_page": 0}),
    ({"paging": "none", "row_cap": 200}, {"paging": "none", "row_cap": 200}),
    ({"formats": "xml", "xml_namespaces": True}, {"format": "xml"}),
    ({"updated_filter": "ignored", "id_lists": "single"}, {"updated_filter": False, "id_list": 0}),
    ({"times": "naive"}, {"timezone": "America/Chicago"}),
    ({"end_inclusive": False, "order": "requested-asc"}, {"date_filter": "requested"}),
    ({"keys": "upper", "empty_list": "404"}, {}),
]


@pytest.mark.parametrize(("ways", "wanted"), KINDS, ids=lambda each: " ".join(each) or "plain")
def test_each_kind_of_server_is_found_out(
    ways: dict[str, Any], wanted: dict[str, Any], tmp_path: Path
) -> None:
    city = City(3_000, days=60)
    with serving(city, character=Character(**ways)) as server:
        found = probe(server.url, Settings(tmp_path, {}), now=city.end)
        asked = len(server.requests)
    assert asked <= 60
    written = tomllib.loads(found.toml("springfield"))["sources"]["springfield"]
    lists = {key: tuple(each) if isinstance(each, list) else each for key, each in written.items()}
    source = Source.model_validate({**lists, "name": "springfield"})
    assert {key: getattr(source, key) for key in wanted} == wanted
    assert all(trait.evidence for trait in found.traits if trait.confidence != "unknown")
