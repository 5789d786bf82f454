"""The live page: it reads, refuses strangers, and shows what is published next by itself."""

from __future__ import annotations

import hashlib
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
from browsing import browsing, looking
from commanding import command, environment, process
from hypothesis import given
from hypothesis import strategies as st
from unpacking import unpacked, walked

from bench._city import Shape, settle
from open311_etl.config import Settings
from open311_etl.dashboard.content import script
from open311_etl.dashboard.pack import packed, steps
from open311_etl.dashboard.shapes import Shapes
from open311_etl.dashboard.site import page_files, vendored
from open311_etl.errors import UsageError


@contextmanager
def served(settings: Settings, *more: str) -> Iterator[str]:
    """Run the real command, and give its address."""
    call = process("dashboard", "serve", "--port", "0", "--data-dir", settings.data_dir, *more)
    running = subprocess.Popen(
        call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )
    try:
        assert running.stdout
        yield running.stdout.readline().strip()
    finally:
        running.terminate()
        _, said = running.communicate(timeout=30)
        assert "Traceback" not in said


def test_the_live_page_reads_refuses_strangers_and_renews_itself(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "data", {})
    settle(settings, Shape(300, source="first", title="First"))
    with served(settings) as address, browsing() as browser:
        refused(address)
        with looking(browser, address) as reader:
            reader.go("#overview?all=1")
            assert "First" in reader.text("#title")
            reader.go("#search?find=sr00000012")
            reader.page.wait_for_selector(".found li")
            reader.page.locator(".found a").first.click()
            reader.page.wait_for_selector("#request")
            assert "Free text of request 12, <b>not</b> markup" in reader.text("#request")
            reader.go(
                "#search?service=code-0&from=2026-02-01&to=2026-02-28&status=open&status=closed"
            )
            days = reader.page.locator(".found .quiet").all_inner_texts()
            assert len(days) > 3
            assert all(day.startswith("Feb ") for day in days)
            assert set(reader.page.locator(".found strong").all_inner_texts()) == {"Pothole"}
            reader.go("#overview?all=1")
            settle(settings, Shape(200, source="second", title="Second"))
            reader.page.wait_for_selector("#title:has-text('Second')", timeout=60_000)
            assert reader.page.url.endswith("#overview?all=1")


def refused(address: str) -> None:
    """Ask as a stranger, a writer and a thief would."""
    with httpx.Client(base_url=address) as client:
        page = client.get("")
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert page.headers["cross-origin-resource-policy"] == "same-origin"
        assert client.get("", headers={"host": "evil.example"}).status_code == 400
        assert client.get("data.js", headers={"host": "evil.example"}).status_code == 400
        assert client.post("api/find", json={"text": "x"}).status_code == 405
        for path in ("../pyproject.toml", "%2e%2e/content.py", "vendor/../../content.py", "x.js"):
            assert client.get(path).status_code == 404, path
        assert client.get("api/find", params={"text": "' OR 1=1 --"}).json() == []
        assert client.get("api/history", params={"source": "x", "id": "'"}).json() == []
        assert len(client.get("api/find", params={"text": "SR0"}).json()) == 50
        assert client.get("api/find", params={"text": "", "ward": "' OR 1=1 --"}).json() == []
        assert client.get("api/find", params={"text": "SR0", "from": "May"}).status_code == 400


@pytest.mark.slow
def test_an_empty_place_is_served_and_fills_by_itself(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "data", {})
    with served(settings) as address, browsing() as browser, looking(browser, address) as reader:
        reader.go()
        assert "No data yet" in reader.text("#title")
        settle(settings, Shape(50))
        reader.page.wait_for_selector("#card-flow", timeout=60_000)


def test_a_port_in_use_and_a_bad_day_are_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = command("dashboard", "serve", "--port", port, "--data-dir", tmp_path)
    assert ended.code == 2
    assert "--port" in ended.line
    ended = command(
        "dashboard", "build", tmp_path / "site", "--since", "May", "--data-dir", tmp_path
    )
    assert (ended.code, "2026-01-31" in ended.line) == (2, True)
    ended = command("dashboard", "build", tmp_path / "site", "--data-dir", tmp_path)
    assert (ended.code, "nothing is published" in ended.line) == (2, True)


def test_a_page_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "data", {})
    settle(settings, Shape(5))
    site = tmp_path / "site"
    ended = command("dashboard", "build", site, "--data-dir", settings.data_dir, "--search", "0")
    assert (ended.code, ended.text.strip()) == (0, str(site / "index.html"))
    assert "window.open311_search = [];" in (site / "search.js").read_text()
    (site / "CNAME").write_text("311.example.org")
    assert command("dashboard", "build", site, "--data-dir", settings.data_dir).code == 0
    assert (site / "CNAME").exists()
    (site / "index.html").write_text("<h1>mine</h1>")
    ended = command("dashboard", "build", site, "--data-dir", settings.data_dir)
    assert (ended.code, "not of open311-etl" in ended.line) == (2, True)
    assert (site / "index.html").read_text() == "<h1>mine</h1>"


@pytest.mark.slow
def test_the_page_holds_as_many_days_as_fit_and_counts_them_whole(tmp_path: Path) -> None:
    from open311_etl.dashboard import Choice, build  # noqa: PLC0415

    settings = Settings(tmp_path / "data", {})
    settle(settings, Shape(2_000))
    with browsing() as browser:
        shown = {}
        for most in (10_000, 900):
            site = build(settings, tmp_path / str(most), Choice(most_rows=most))
            with looking(browser, site.index.as_uri()) as reader:
                reader.go("#overview?from=2026-04-10&to=2026-04-30")
                shown[most] = [reader.rows(card) for card in ("flow", "backlog", "curve", "ages")]
                first = reader.page.evaluate("open311_data.first")
        assert shown[10_000] == shown[900]
        assert date(2026, 1, 10) < date.fromisoformat(first) < date(2026, 4, 10)


@given(st.lists(st.tuples(st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1)), max_size=300))
def test_packed_columns_come_out_as_they_went_in(rows: list[tuple[int, int]]) -> None:
    narrow = [narrow for narrow, _ in rows]
    wide = [wide for _, wide in rows]
    columns = {"narrow": pa.array(narrow, pa.uint16()), "wide": pa.array(wide, pa.uint32())}
    assert unpacked(packed(columns)) == {"narrow": narrow, "wide": wide}
    assert walked(steps(columns["narrow"]).to_pylist()) == narrow


@given(st.text())
def test_no_text_ends_the_script_that_carries_it(text: str) -> None:
    carried = script("data", {"name": text, "tag": "</script><!--"})
    assert "<" not in carried
    assert not {"\u2028", "\u2029"} & set(carried)


def test_the_libraries_are_those_of_the_manifest() -> None:
    files = page_files()
    for library in vendored():
        body = files[f"vendor/{library['file']}"].read_bytes()
        assert hashlib.sha256(body).hexdigest() == library["sha256"]
        assert f"vendor/{library['license_file']}" in files
        assert f"vendor/{library['file']}" in files["index.html"].read_text()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("not json", "no GeoJSON"),
        ('{"type": "FeatureCollection"}', "--ward-name"),
        ('{"features": [{"properties": {"x": 1}, "geometry": null}]}', "x"),
        (
            '{"features": [{"properties": {"ward": 1}, '
            '"geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
            "Point",
        ),
    ],
)
def test_a_file_that_is_no_ward_map_is_refused_in_words(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "wards.geojson"
    file.write_text(text)
    with pytest.raises(UsageError, match=told):
        Shapes.read(file)
