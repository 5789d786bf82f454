"""What docs/security.md promises: each line of it names a test, and some of them are here."""

from __future__ import annotations

import inspect
import pickle
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from commanding import command, config
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from reading import Warehouse, request

from open311_etl import pipeline, sandbox
from open311_etl.cli import dashboard
from open311_etl.cli import serving as sandbox_command
from open311_etl.config import Settings, Source, load_settings
from open311_etl.errors import ConfigError, Open311Error
from open311_etl.landing import Landing
from open311_etl.publish import publish
from open311_etl.sandbox import Character, City, serving

ROOT = Path(__file__).parents[1]
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and "`test_" in line
]
HOSTILE = [
    *("../../x", "..\\..\\x", "/etc/passwd", "a\0b", "x" * 500, "'; DROP TABLE services; --"),
    *('") UNION SELECT 1 --', "$id", "%s%n", "=cmd|' /C calc'!A0", "<script>alert(1)</script>"),
    *("\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "\u202eabc", "NaN"),
]


def test_every_line_of_the_threats_names_a_test_that_exists() -> None:
    assert len(LINES) >= 15
    texts = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").glob("*.py"))
    for line in LINES:
        for name in re.findall(r"`(test_\w+)`", line[-1]):
            assert f"def {name}(" in texts, name


@pytest.fixture
def house(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "data")


def test_a_hostile_id_is_an_id_and_nothing_else(house: Warehouse) -> None:
    hostile = [{**request(0), "service_request_id": id_, "service_code": id_} for id_ in HOSTILE]
    assert house.load([request(1), *hostile]).new == 1 + len(HOSTILE)
    for column in ("service_request_id", "service_code"):
        stored = house.rows(f"SELECT {column} AS it FROM service_requests")
        assert set(HOSTILE) - {"a\0b"} <= {row["it"] for row in stored}
    assert house.one("SELECT count(*) AS n FROM services")["n"] == 1 + len(HOSTILE)
    publish(Settings(house.file.parent, {}))
    outside = [each for each in house.file.parent.parent.iterdir() if each.name != "data"]
    assert outside == []
    names = [each.name for each in house.file.parent.rglob("*")]
    assert not [name for name in names for id_ in HOSTILE if len(id_) > 3 and id_[-4:] in name]


def test_an_id_of_ten_thousand_characters_is_kept_aside(house: Warehouse) -> None:
    report = house.load([request(1), request("9" * 10_000)])
    assert (report.new, report.quarantined) == (1, 1)
    assert "10003 characters" in house.one("SELECT reason FROM etl.quarantine")["reason"]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400, "-" + "9" * 5000, "NaN"])
def test_a_number_beyond_all_measure_costs_no_row(number: str, house: Warehouse) -> None:
    body = b'[{"service_request_id":"1","lat":%s,"long":2,"x":%s},{"service_request_id":"2"}]'
    report = house.load(body % (number.encode(), number.encode()))
    assert (report.new, report.records) == (2, 2)
    assert house.rows("SELECT lat FROM service_requests WHERE lat IS NOT NULL") == []


@pytest.mark.parametrize("odd", [b"\\u0000", b"\\ud800", b"\\udfff\\ud800", b"\xff", b"\\u202e"])
def test_characters_that_are_none_cost_no_row(odd: bytes, house: Warehouse) -> None:
    body = b'[{"service_request_id":"1","description":"a%sb"},{"service_request_id":"2"}]'
    report = house.load(body % odd)
    assert report.records == 2
    assert report.new + report.quarantined == 2
    assert house.rows("SELECT 1 FROM service_requests WHERE service_request_id = '2'")


def test_a_key_is_in_no_file_and_on_no_screen(tmp_path: Path) -> None:
    key = "s3cr3t-k3y-of-springfield"
    city = City(40, days=2, services=3)
    with serving(city, character=Character(error_500=0.1, recover_after=1)) as server:
        file = config(tmp_path / "open311.toml", springfield=server.url)
        file.write_text(file.read_text() + "api_key_reads = true\n")
        call = ("pull", "springfield", "-vv", "--json", "--end", city.end.isoformat())
        place = ("--data-dir", tmp_path / "data", "--config", file)
        ended = command(*call, *place, SPRINGFIELD_KEY=key)
        asked = [params.get("api_key") for _, _, params in server.requests]
    assert ended.code in (0, 1)
    assert key in asked
    failed = command("pull", "springfield", "-vv", *place, SPRINGFIELD_KEY=key)
    assert failed.code == 3
    for said in (ended.text, ended.err, failed.text, failed.err):
        assert key not in said
    landing = Landing(tmp_path / "data" / "landing", "springfield")
    bodies = {page.sha256 for reading in landing.journal() for page in reading.pages}
    assert bodies
    assert not [sha for sha in bodies if key.encode() in landing.get(sha)]
    files = [each for each in (tmp_path / "data").rglob("*") if each.is_file()]
    assert len(files) > 20
    assert not [each for each in files if key.encode() in each.read_bytes()]


def test_no_parameter_and_no_result_of_a_flow_can_carry_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPRINGFIELD_KEY", "s3cr3t-k3y")
    city = City(10, days=1, services=2)
    with serving(city) as server:
        source = Source.model_validate(
            {
                "name": "springfield",
                "url": server.url,
                "api_key_env": "SPRINGFIELD_KEY",
                "api_key_reads": True,
            }
        )
        setup = Settings(tmp_path, {"springfield": source})
        (report,) = pipeline.pull(["springfield"], setup, start=city.start, end=city.end)
    assert b"s3cr3t-k3y" not in pickle.dumps(report)
    assert "s3cr3t-k3y" not in repr(setup)
    flow = (ROOT / "flows" / "pull.py").read_text(encoding="utf-8")
    assert not re.search(r"^    \w*(key|secret|password|headers)\w*:", flow, re.M)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x/", "javascript:alert(1)", "//x/", "/etc/passwd", ""]
)
def test_a_profile_may_name_only_http(url: str, tmp_path: Path) -> None:
    file = config(tmp_path / "open311.toml", springfield=url)
    with pytest.raises(ConfigError, match="must start with http"):
        load_settings(config=file)


@pytest.mark.skipif(stat.S_IRWXO == 0, reason="POSIX alone has such permissions")
def test_others_can_neither_read_what_landed_nor_write_anything(house: Warehouse) -> None:
    house.load([request(1)])
    publish(Settings(house.file.parent, {}))
    place = house.file.parent
    assert stat.S_IMODE((place / "landing").stat().st_mode) == 0o700
    for file in place.rglob("*"):
        assert not file.is_symlink() or file.resolve().is_relative_to(place)
        assert not file.stat().st_mode & stat.S_IWOTH, file
    release = (place / "published" / "open311.duckdb").resolve()
    assert not release.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def test_servers_of_ours_bind_loopback_unless_told_otherwise() -> None:
    for serve in (sandbox.serve, sandbox.serving, sandbox_command.sandbox, *_serving(dashboard)):
        assert inspect.signature(serve).parameters["host"].default == "127.0.0.1", serve


def _serving(room: Any) -> list[Any]:
    commands = [command for _, command, _ in room.COMMANDS]
    return [each for each in commands if "host" in inspect.signature(each).parameters]


@examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from([*Source.model_fields, "colour"]),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.text(max_size=20),
            st.lists(st.text(max_size=5), max_size=3),
            st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
        ),
        max_size=4,
    ),
    st.binary(max_size=30),
)
def test_no_configuration_makes_more_than_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, Any], rubbish: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    lines = [f"{key} = {_toml(value)}" for key, value in table.items() if value is not None]
    for text in ("\n".join(["[sources.x]", *lines]).encode("utf-8", "replace"), rubbish):
        file.write_bytes(text)
        try:
            load_settings(config=file)
        except Open311Error as error:
            refused = error
        else:
            continue
        assert refused.exit_code == 2
        assert str(file) in str(refused)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        escaped = "".join(f"\\U{ord(c):08x}" for c in value if not 0xD800 <= ord(c) < 0xE000)
        return f'"{escaped}"'
    return repr(value)


def test_no_secret_is_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    pattern = re.compile(rb"(?i)api_key\s*=\s*[\"'][0-9a-f]{24,}")
    held = [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    assert not [file for file in held if pattern.search(file.read_bytes())]
