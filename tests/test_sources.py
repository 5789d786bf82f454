"""The built-in list of cities: complete, factual, and nothing in it that a default already says."""

from __future__ import annotations

import json
import os
import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from open311_etl.config import Settings, Source, load_settings

ROOT = Path(__file__).parents[1]
FILE = ROOT / "open311_etl" / "sources.toml"
TABLES: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["sources"]


@pytest.fixture(name="settings")
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPEN311_CONFIG", raising=False)
    return load_settings()


def shared(name: str) -> Path:
    place = Path(os.environ.get("OPEN311_SHARED", ROOT.parent / "shared")) / name
    if not place.exists():
        pytest.skip(f"captured material is not here: {place} (set OPEN311_SHARED)")
    return place


def address(url: str) -> str:
    return re.sub(r"^https?://|/+$", "", url).lower()


def test_every_profile_and_environment_loads_under_its_own_name(settings: Settings) -> None:
    environments = {
        f"{name}.{label}"
        for name, table in TABLES.items()
        for label in table.get("environments", {})
    }
    assert set(settings.sources) == TABLES.keys() | environments
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in TABLES)


def test_every_known_endpoint_is_listed(settings: Settings) -> None:
    known = json.loads(shared("endpoints.json").read_text(encoding="utf-8"))
    ours = {address(source.url) for source in settings.sources.values()}
    missing = [row["city"] for row in known if address(row["base_url"]) not in ours]
    assert missing == ["Eindhoven, NL"]  # of which no URL was recorded


def test_an_endpoint_is_dead_or_alive_as_its_last_evidence_says(settings: Settings) -> None:
    ours = {address(source.url): source for source in settings.sources.values()}
    gone = re.compile(r"\b(dead|deprecated|moved|removed|stopped|superseded)\b", re.IGNORECASE)
    seen = set()
    for row in json.loads(shared("endpoints.json").read_text(encoding="utf-8")):
        known, source = row["last_known"], ours.get(address(row["base_url"]))
        if source is None:
            continue
        seen.add(source.life)
        if known.startswith("ALIVE"):
            assert source.life == "alive", source.name
        else:
            assert (source.life == "dead") == bool(gone.search(known)), source.name
    assert seen == {"alive", "dead", "unknown"}


def test_a_known_jurisdiction_is_sent_or_named_in_the_notes(settings: Settings) -> None:
    ours = {address(source.url): source for source in settings.sources.values()}
    named = re.compile(r"[\w-]+(\.[\w-]+)+|^\w+$")
    checked = 0
    for row in json.loads(shared("endpoints.json").read_text(encoding="utf-8")):
        source, known = ours.get(address(row["base_url"])), named.search(row["jurisdiction_id"])
        if source and known and known[0] != "optional":
            checked += 1
            assert known[0] in f"{source.jurisdiction_id} {source.notes}", source.name
    assert checked > 30


def test_no_endpoint_is_listed_twice(settings: Settings) -> None:
    urls = [address(source.url) for source in settings.sources.values()]
    assert len(urls) == len(set(urls))


@pytest.mark.parametrize("name", TABLES)
def test_a_profile_says_what_and_where_it_is_and_how_that_is_known(
    settings: Settings, name: str
) -> None:
    table, source = TABLES[name], settings.sources[name]
    assert {"title", "url", "timezone", "dialect", "evidence"} <= table.keys()
    assert source.zone.utcoffset(datetime(2026, 1, 1)) is not None  # noqa: DTZ001
    assert "/" in source.timezone
    assert re.match(r"20\d\d", source.evidence)
    if source.life == "alive":
        assert re.match(r"202[5-9]", source.evidence)


@pytest.mark.parametrize("name", TABLES)
def test_no_key_repeats_what_holds_without_it(name: str) -> None:
    table = TABLES[name]
    for key, value in table.items():
        field = Source.model_fields[key]
        assert field.is_required() or value != field.default, key
    for changed in table.get("environments", {}).values():
        for key, value in changed.items():
            assert value != table.get(key, Source.model_fields[key].default), key


def test_chicago_is_first_and_complete(settings: Settings) -> None:
    assert next(iter(settings.sources)) == "chicago"
    live, test = settings.source("chicago"), settings.source("chicago.test")
    assert live.url == "http://311api.cityofchicago.org/open311/v2/"
    assert test.url == "http://test311api.cityofchicago.org/open311/v2/"
    assert (live.api_key_env, test.api_key_env) == ("CHICAGO_API_KEY", "CHICAGO_TEST_API_KEY")
    assert (live.life, test.life) == ("alive", "unknown")
    for source in (live, test):
        assert (source.format, source.timezone) == ("json", "America/Chicago")
        assert (source.paging, source.first_page, source.page_size) == ("page", 1, 500)
        assert (source.row_cap, source.id_list, source.code_list) == (0, 50, True)
        assert source.extensions == "true"
        assert source.updated_filter is None  # to be verified on the server
        assert source.jurisdiction_id is None
        assert not source.api_key_reads


def test_seeclickfix_places_share_the_ways_of_the_vendor(settings: Settings) -> None:
    places = [s for s in settings.sources.values() if s.dialect == "SeeClickFix"]
    assert len(places) == 43
    for source in places:
        assert (source.rate_per_minute, source.page_size_param) == (20, "per_page")
        assert (source.page_size, source.jurisdiction_id) == (100, None)


def test_a_server_that_needs_a_jurisdiction_has_one(settings: Settings) -> None:
    needing = {name for name, source in settings.sources.items() if source.jurisdiction_id}
    assert {s.name for s in settings.sources.values() if s.dialect == "FixMyStreet"} <= needing
    assert {"toronto", "toronto.test", "washington-dc", "san-francisco-old"} <= needing


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("chicago", "chicago/requests-20*.json"),
        ("boston", "boston/requests-202*.json"),
        ("koeln", "koeln/requests-*.json"),
        ("toronto", "toronto/request-2012-1.json"),
    ],
)
def test_captured_coordinates_lie_in_the_citys_box(
    settings: Settings, name: str, files: str
) -> None:
    box = settings.source(name).bbox
    assert box is not None
    west, south, east, north = box
    seen = 0
    for file in shared("fixtures").glob(files):
        body = json.loads(file.read_text(encoding="utf-8"))
        for row in body if isinstance(body, list) else [body]:
            if row.get("lat") and row.get("long"):
                seen += 1
                assert south <= float(row["lat"]) <= north
                assert west <= float(row["long"]) <= east
    assert seen


def test_the_list_holds_public_facts_only() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert not re.search(r"localhost|//(127|10|192\.168)\.|file:", text)
    assert not re.search(r"[\w.]+@[\w.]+|api_key\s*=|[0-9a-f]{32}", text)
