"""``pull``, ``catalog`` and ``publish`` from outside: result, debts, exit codes, nothing lost."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from commanding import HOLD, command, config, environment, process

import open311_etl
from open311_etl.sandbox import Character, City, Server, serving
from open311_etl.warehouse import warehouse

NOW = datetime(2026, 1, 9, 22, tzinfo=UTC)  # a moment at which some entries have no id yet
LATER = NOW + timedelta(days=2)
END = f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
SPAN = ("--start", "2026-01-01", "--end", END)


def small_city(now: datetime) -> City:
    return City(600, days=12, now=now, services=12)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def server() -> Iterator[Server[City]]:
    """A city of which 9 of 12 days have passed, known as ``springfield`` here."""
    with serving(small_city(NOW)) as running:
        config(Path("open311.toml"), springfield=running.url)
        yield running


def rows(sql: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = command("query", sql, "--format", "json").json
    return found


def test_the_result_is_on_stdout_and_each_debt_on_stderr(server: Server[City]) -> None:
    ended = command("pull", "springfield", *SPAN)
    pending = [each for each in server.city.truth(NOW) if not each.get("service_request_id")]
    stored = len(list(server.city.truth(NOW))) - len(pending)
    assert ended.code == 1
    assert f"{stored:,} new" in ended.text
    assert f"{len(pending)} dropped for want of an id" in ended.text
    assert "9 read: 8 proven, 1 provisional\n" in ended.text
    assert "rows/s" in ended.text
    debts = ended.err.splitlines()
    assert debts
    assert all(each.startswith("open311-etl: source springfield: debt: ") for each in debts)
    assert rows("SELECT count(*) AS n FROM service_requests") == [{"n": stored}]


def test_a_complete_pull_ends_with_0_and_silence() -> None:
    with serving(City(200, days=4, services=12)) as server:
        config(Path("open311.toml"), springfield=server.url)
        server.city.set_clock(datetime(2026, 3, 1, tzinfo=UTC))  # all has its id long since
        ended = command("pull", "springfield", "--start", "2026-01-01", "--end", "2026-01-06")
    assert (ended.code, ended.err) == (0, "")
    assert ended.text.startswith("springfield  complete")


def test_a_second_pull_with_nothing_new_says_so(server: Server[City]) -> None:
    command("pull", "springfield", *SPAN)
    again = command("pull", "springfield", "--end", END)
    assert "nothing changed" in again.text
    assert "0 new, 0 changed" in again.text


def test_a_day_later_what_is_new_and_what_changed_is_told_as_json(server: Server[City]) -> None:
    first = command("pull", "springfield", *SPAN, "--json").json
    server.city.set_clock(LATER)
    ended = command("pull", "springfield", "--end", LATER.isoformat(), "--json")
    (report,) = ended.json["sources"]
    counts = report["counts"]
    assert counts["new"] > 0
    assert counts["changed"] > 0
    assert counts["windows"] == counts["proven"] + counts["provisional"] > 1
    assert report["unchanged"] is False
    assert report["exit_code"] == ended.code
    assert report["run_id"] != first["sources"][0]["run_id"]
    assert report["rows_per_second"] > 0
    assert report["error"] is None
    stored = len(rows("FROM service_requests"))
    assert ended.json["published"]["rows"]["service_requests"] == stored


def test_a_dry_run_shows_the_windows_and_touches_and_asks_nothing(server: Server[City]) -> None:
    shown = command("pull", "springfield", *SPAN, "--dry-run")
    plan = command("pull", "springfield", *SPAN, "--dry-run", "--json").json["sources"][0]
    assert shown.code == 0
    assert len(shown.text.splitlines()) == 1 + len(plan["windows"])
    assert "about" in shown.err
    assert plan["windows"][0] == {
        "start": "2026-01-01T06:00:00Z",
        "end": "2026-01-02T00:00:00Z",
        "why": "asked",
    }
    assert plan["estimated_requests"] >= len(plan["windows"])
    assert server.requests == []
    assert sorted(each.name for each in Path().iterdir()) == ["open311.toml"]


def test_a_dry_run_after_a_pull_knows_what_is_done_and_what_it_cost(server: Server[City]) -> None:
    command("pull", "springfield", *SPAN)
    asked = len(server.requests)
    windows = command("pull", "springfield", "--end", LATER.isoformat(), "--dry-run", "--json")
    plan = windows.json["sources"][0]
    assert {each["why"] for each in plan["windows"]} >= {"new"}
    assert len(server.requests) == asked


def test_one_source_that_fails_does_not_stop_the_others(server: Server[City]) -> None:
    config(Path("open311.toml"), down="http://127.0.0.1:9/", springfield=server.url)
    ended = command("pull", "down", "springfield", *SPAN)
    assert ended.code == 3
    assert "source down: " in ended.err
    assert "\nspringfield " in "\n" + ended.text
    assert rows("SELECT count(*) > 0 AS there FROM service_requests") == [{"there": True}]


def test_a_server_that_is_not_there_is_told_in_one_line(server: Server[City]) -> None:
    config(Path("open311.toml"), springfield="http://127.0.0.1:9/")
    ended = command("pull", "springfield", *SPAN)
    assert ended.code == 3
    assert "no connection to 127.0.0.1:9; nothing is lost" in ended.line
    assert "stopped" in ended.text
    assert "none of 9 read" in ended.text
    config(Path("open311.toml"), springfield=server.url)
    assert command("pull", "springfield", *SPAN).code == 1


def test_html_in_place_of_json_ends_with_3_and_keeps_what_there_was(server: Server[City]) -> None:
    command("pull", "springfield", *SPAN)
    before = rows("SELECT count(*) AS n FROM service_requests")
    with serving(small_city(LATER), character=Character(html_200=1)) as sick:
        config(Path("open311.toml"), springfield=sick.url)
        ended = command("pull", "springfield", "--end", LATER.isoformat())
    assert ended.code == 3
    assert "HTML" in ended.err
    assert "Traceback" not in ended.err
    assert rows("SELECT count(*) AS n FROM service_requests") == before


def test_many_debts_are_named_as_ten_and_how_many_more() -> None:
    character = Character(poison_share=0.3, poison="500")
    with serving(City(60, days=12, now=LATER, services=12), character=character) as server:
        config(Path("open311.toml"), springfield=server.url)
        ended = command("pull", "springfield", "--start", "2026-01-01", "--end", LATER.isoformat())
    lines = ended.err.splitlines()
    assert ended.code == 1
    assert len(lines) == 11
    assert lines[-1].endswith("more: open311-etl status springfield")


def test_quiet_says_only_what_is_owed_and_verbose_says_each_window(server: Server[City]) -> None:
    quiet = command("pull", "springfield", *SPAN, "-q")
    assert all(": debt: " in line for line in quiet.err.splitlines())
    server.city.set_clock(LATER)
    told = command("pull", "springfield", "--end", LATER.isoformat(), "-v")
    assert "proven, " in told.err
    assert "loaded" in told.err


def test_publishing_waits_until_it_is_asked_for(server: Server[City]) -> None:
    command("pull", "springfield", *SPAN, "--no-publish")
    assert not Path("data/published").exists()
    ended = command("publish")
    assert ended.code == 0
    assert "published" in ended.text
    assert Path("data/published/open311.duckdb").exists()
    assert command("publish", "--json").json["renewed"] is False


def test_the_catalog_alone_is_refreshed_without_a_window(server: Server[City]) -> None:
    ended = command("catalog", "springfield")
    assert (ended.code, ended.err) == (0, "")
    assert ended.text.startswith(f"springfield: {len(server.city.services)} services")
    assert not [path for _, path, _ in server.requests if "/requests" in path]
    assert rows("SELECT count(*) AS n FROM services")[0]["n"] == len(server.city.services)
    assert command("pull", "springfield", *SPAN).code == 1


def test_a_catalog_that_shrank_is_named_as_debt(server: Server[City]) -> None:
    command("catalog", "springfield")
    with serving(small_city(NOW), character=Character(services_short_every=1)) as less:
        config(Path("open311.toml"), springfield=less.url)
        ended = command("catalog", "springfield")
    assert ended.code == 1
    assert "none is retired" in ended.line


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_pull_says_that_it_is_kept_and_goes_on(how: signal.Signals) -> None:
    slow = Character(drip=1, drip_seconds=0.005)
    with serving(small_city(NOW), character=slow) as server:
        config(Path("open311.toml"), springfield=server.url)
        call = process("pull", "springfield", *SPAN)
        with subprocess.Popen(
            call, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            while len([path for _, path, _ in server.requests if "/requests" in path]) < 8:
                assert running.poll() is None
                time.sleep(0.02)
            running.send_signal(how)
            out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert err == (
        "open311-etl: interrupted; what was read is kept, and the same command goes on from there\n"
    )
    with serving(small_city(NOW)) as server:
        config(Path("open311.toml"), springfield=server.url)
        ended = command("pull", "springfield", *SPAN)
        stored = sum(bool(each.get("service_request_id")) for each in server.city.truth(NOW))
    assert "went on where" in ended.text
    assert rows("SELECT count(*) AS n FROM service_requests") == [{"n": stored}]


def test_a_warehouse_that_another_holds_ends_with_4(
    server: Server[City], monkeypatch: pytest.MonkeyPatch
) -> None:
    command("pull", "springfield", *SPAN)
    ticks = iter(range(0, 10_000, 100))
    hurried = SimpleNamespace(monotonic=lambda: float(next(ticks)), sleep=lambda _: None)
    monkeypatch.setattr("open311_etl.warehouse.time", hurried)
    with subprocess.Popen(
        [*process()[:1], "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        ended = command("publish")
        holder.communicate()
    assert ended.code == 4
    assert "held by process" in ended.line


def test_the_library_has_the_same_functions(server: Server[City]) -> None:
    settings = open311_etl.load_settings()
    (report,) = open311_etl.pull(
        "springfield", start="2026-01-01", end=NOW, settings=settings, publish=False
    )
    assert report.counts["new"] > 0
    assert open311_etl.publish(settings=settings).renewed
    table = open311_etl.query("SELECT count(*) AS n FROM service_requests", settings=settings)
    assert table.to_pylist() == [{"n": report.counts["new"]}]
    assert open311_etl.status("springfield", settings=settings)[0].requests == report.counts["new"]
    assert open311_etl.catalog("springfield", settings=settings).listed
    assert open311_etl.sources(settings=settings)["springfield"].url == server.url
    assert open311_etl.__version__


def test_a_port_without_a_listener_is_down() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/"
    config(Path("open311.toml"), springfield=url)
    assert command("catalog", "springfield").code == 3


@pytest.mark.parametrize("ways", [{"services_empty_every": 2}, {"services_short_every": 2}])
def test_a_services_list_that_shrank_retires_nothing_and_is_told(
    ways: dict[str, int],
) -> None:
    city = City(40, days=6, services=9)
    said = ("9 services", "entries where 9 were offered; none is retired")
    with serving(city, character=Character(**ways)) as server:
        config(Path("open311.toml"), springfield=server.url)
        for hour, words in enumerate(said):
            end = f"{city.end + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}"
            pulled = command("pull", "springfield", "--end", end)
            assert words in " ".join(pulled.text.split())
    told = " ".join(command("status", "springfield").text.split())
    assert "9 services offered, 0 retired" in told
    assert said[1] in told


def test_a_pull_whose_checks_find_an_error_stores_publishes_names_it_and_ends_with_1(
    server: Server[City],
) -> None:
    server.city.set_clock(LATER)
    whole = command("pull", "springfield", "--start", "2026-01-01", "--end", "2026-01-05")
    assert whole.code == 0, whole.err
    with warehouse(Path("data/open311.duckdb")) as con:
        con.execute("UPDATE etl.windows SET records = records + 1 WHERE kind = 'window'")
    ended = command("pull", "springfield", "--end", "2026-01-06")
    assert ended.code == 1
    (line,) = [each for each in ended.err.splitlines() if "check " in each]
    assert "check ledger_adds_up: error: " in line
    assert "read its window again" in line
    (published,) = rows("SELECT max(day)::VARCHAR AS day FROM marts.daily WHERE requests > 0")
    assert published == {"day": "2026-01-05"}
