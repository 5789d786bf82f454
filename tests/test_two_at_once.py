"""Two at once: the second waits, or is told who is there; nothing is damaged, nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from commanding import config, environment, process
from reading import Warehouse, request

from open311_etl import pipeline, session
from open311_etl.config import Settings
from open311_etl.errors import WarehouseBusy
from open311_etl.hold import holders, holding
from open311_etl.sandbox import Character, City, serving
from open311_etl.warehouse import warehouse


@contextmanager
def another(code: str, *args: object) -> Iterator[subprocess.Popen[str]]:
    """Run code in another process until the block ends; it says ``ready`` when it is."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        yield other
        other.kill()


KEY = environment(SPRINGFIELD_KEY="x")


def pulling(place: Path, url: str, city: City, *more: str) -> list[str]:
    """Give the call of a pull of the city into ``data`` of the place."""
    file = config(place / "open311.toml", springfield=url)
    call = process("pull", "springfield", *more, "--end", city.end.isoformat())
    return [*call, "--data-dir", str(place / "data"), "--config", str(file)]


def begun(call: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        call, env=KEY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


HOLD = """
import sys
from pathlib import Path
from open311_etl.hold import holding
with holding(Path(sys.argv[1]), "pull-springfield", "it", wait=0):
    print("ready", flush=True)
    sys.stdin.read()
"""
READ = """
import sys, time, duckdb
while True:
    try:
        con = duckdb.connect(sys.argv[1], read_only=True)
        break
    except duckdb.IOException:
        time.sleep(0.01)
print("ready", flush=True)
sys.stdin.read()
"""
ASK = """
import sys, duckdb
print("ready", flush=True)
asked, most = 0, 0
while most < int(sys.argv[2]):
    with duckdb.connect(sys.argv[1], read_only=True) as con:
        rows, ids, lines = con.execute(
            "SELECT count(*), count(DISTINCT service_request_id),"
            " (SELECT sum(new) FROM etl.windows) FROM service_requests"
        ).fetchone()
        assert rows == ids == lines and rows >= most, (rows, ids, lines, most)
        asked, most = asked + 1, rows
print(asked)
"""


def test_the_second_pull_of_a_source_is_told_who_pulls_it_and_since_when(
    settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = settings("http://127.0.0.1:9/")
    monkeypatch.setattr(session, "PATIENCE", 0.3)
    with another(HOLD, setup.locks) as other:
        who = rf"springfield.* in use by process {other.pid} since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d"
        with pytest.raises(WarehouseBusy, match=who) as busy:
            pipeline.pull(["springfield"], setup)
    assert busy.value.exit_code == 4
    assert not setup.warehouse.exists()


def test_a_lock_goes_with_its_process_however_that_ends(tmp_path: Path) -> None:
    with another(HOLD, tmp_path) as other:
        (held,) = holders(tmp_path).values()
        assert held is not None
        assert held.pid == other.pid
        other.kill()
        other.wait()
        assert not holders(tmp_path)
        with holding(tmp_path, "pull-springfield", "it", wait=0):
            pass


def test_of_two_pulls_at_once_the_second_waits_and_goes_on_from_the_first(
    tmp_path: Path,
) -> None:
    city = City(300, days=10, services=9)
    with serving(city, character=Character(drip=1, drip_seconds=0.002)) as server:
        call = pulling(tmp_path, server.url, city, "--no-publish")
        both = []
        for _ in range(2):
            both.append(begun(call))
            while not (tmp_path / "data" / "open311.duckdb").exists():
                time.sleep(0.01)
        ended = [(*each.communicate(timeout=100), each.returncode) for each in both]
    assert [code for _, _, code in ended] in ([0, 0], [1, 1]), ended
    assert f"in use by process {both[0].pid} since" in ended[1][1]
    assert "Traceback" not in ended[0][1] + ended[1][1]
    with warehouse(tmp_path / "data" / "open311.duckdb", read_only=True) as con:
        assert con.execute(
            "SELECT count(*), count(DISTINCT run_id), count(result) FROM etl.runs"
        ).fetchone() == (2, 2, 2)
        assert con.execute(
            "SELECT count(*) - count(DISTINCT service_request_id) FROM service_requests"
        ).fetchone() == (0,)


def test_a_reader_that_holds_the_warehouse_is_named_with_the_time_since_which_it_runs(
    tmp_path: Path,
) -> None:
    here = Warehouse(tmp_path)
    here.load([request(1)])
    with another(READ, here.file) as reader:
        since = r" since 20\d\d-" if Path("/proc").is_dir() else ""
        with (
            pytest.raises(WarehouseBusy, match=rf"held by process {reader.pid}{since}.*published/"),
            warehouse(here.file, wait=0.2),
        ):
            pass
    here.load([request(2)])
    assert here.one("SELECT count(*) AS n FROM service_requests") == {"n": 2}


def test_a_pull_holds_the_warehouse_only_while_it_loads(tmp_path: Path) -> None:
    city = City(50, days=3, services=9)
    silent = Character(hang=1, faulty_calls=("requests",))
    with serving(city, character=silent) as server:
        call = pulling(tmp_path, server.url, city, "--no-publish")
        with subprocess.Popen(call, env=KEY, stderr=subprocess.DEVNULL) as pull:
            while not any("/requests." in path for _, path, _ in server.requests):
                assert pull.poll() is None
                time.sleep(0.05)
            # Now it waits for the server, with its catalog loaded.
            with warehouse(tmp_path / "data" / "open311.duckdb", read_only=True, wait=10) as con:
                assert con.execute("SELECT count(*) > 0 FROM services").fetchone() == (True,)
            assert pull.poll() is None
            pull.kill()


def test_a_reader_that_opens_the_warehouse_amid_a_pull_is_named_waited_for_and_costs_nothing(
    tmp_path: Path,
) -> None:
    city = City(300, days=10, services=9)
    with serving(city, character=Character(drip=1, drip_seconds=0.002)) as server:
        pull = begun(pulling(tmp_path, server.url, city, "--no-publish"))
        while not any("/requests." in path for _, path, _ in server.requests):
            assert pull.poll() is None
            time.sleep(0.05)
        with another(READ, tmp_path / "data" / "open311.duckdb") as reader:
            assert pull.stderr is not None
            for line in pull.stderr:  # until it says so
                if f"held by process {reader.pid} since" in line:
                    break
            assert pull.poll() is None
        assert "Traceback" not in pull.communicate(timeout=100)[1]
    assert pull.returncode in (0, 1)
    with warehouse(tmp_path / "data" / "open311.duckdb", read_only=True) as con:
        (stored,) = con.execute("SELECT count(*) FROM service_requests").fetchone() or (0,)
    assert stored == sum("service_request_id" in row for row in city.truth())


@pytest.mark.slow
def test_ten_readers_and_a_publish_beside_a_pull_meet_no_error_and_no_half(tmp_path: Path) -> None:
    city = City(400, days=10)
    shown = tmp_path / "data" / "published" / "open311.duckdb"
    with (
        serving(city, character=Character(drip=1, drip_seconds=0.001)) as server,
        ExitStack() as stack,
    ):
        half = city.start + timedelta(days=5)
        early = pulling(tmp_path, server.url, city, "--start", f"{half:%Y-%m-%dT%H:%M:%SZ}")
        first = begun(early)
        assert "Traceback" not in first.communicate(timeout=100)[1]
        wanted = sum("service_request_id" in row for row in city.truth())
        readers = [stack.enter_context(another(ASK, shown, wanted)) for _ in range(10)]
        start = f"{city.start:%Y-%m-%dT%H:%M:%SZ}"
        pull = begun(pulling(tmp_path, server.url, city, "--start", start))
        publishes = 0
        while pull.poll() is None:
            beside = begun(process("publish", "--data-dir", str(tmp_path / "data")))
            assert "Traceback" not in beside.communicate(timeout=100)[1]
            assert beside.returncode == 0
            publishes += 1
        assert "Traceback" not in pull.communicate()[1]
        assert pull.returncode in (0, 1)
        assert publishes > 0
        asked = [int(reader.communicate(timeout=60)[0]) for reader in readers]
    assert all(asked)
    assert all(reader.returncode == 0 for reader in readers)
