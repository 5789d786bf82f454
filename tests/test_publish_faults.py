"""Whatever befalls a publish, readers keep what was there before, and the next one is whole."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from publish_city import (
    LEDGER_LINE,
    a_city,
    add_requests,
    changing,
    differing,
    leftovers,
    python,
    starting,
)

from open311_etl import warehouse
from open311_etl.config import Settings
from open311_etl.errors import WarehouseError
from open311_etl.publish import publish


@pytest.fixture(scope="module")
def published_city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = a_city(tmp_path_factory.mktemp("city"), months=2)
    publish(settings)
    return settings


@pytest.fixture
def city(published_city: Settings, tmp_path: Path) -> Settings:
    """Give a published city whose warehouse holds 20 requests more in each of two months."""
    settings = Settings(
        shutil.copytree(published_city.data_dir, tmp_path / "data", symlinks=True), {}
    )
    with changing(settings) as con:
        for month in (1, 2):
            add_requests(con, f"new-{month}-", f"2026-0{month}-03 00:00:00+00")
        con.execute(LEDGER_LINE)
    return settings


def snapshot(settings: Settings) -> Path:
    return settings.published / "open311.duckdb"


def shown(settings: Settings) -> int:
    """Give how many requests a reader of the snapshot sees."""
    with duckdb.connect(str(snapshot(settings)), read_only=True) as con:
        (count,) = con.execute("SELECT count(*) FROM service_requests").fetchone() or (-1,)
        return int(count)


def lake_counts(settings: Settings) -> set[int]:
    """Give the rows of each file of requests; each file is read whole."""
    found = settings.lake.glob("service_requests/**/data.parquet")
    return {pq.ParquetFile(file).read().num_rows for file in found}


def assert_whole_again(settings: Settings) -> None:
    publish(settings)
    assert shown(settings) == 80
    assert not differing(settings)
    assert not leftovers(settings)


READER = """
import duckdb, time
from pathlib import Path
import pyarrow.dataset as ds
file, lake, stop = sys.argv[1:]
reads = seen = 0
print("reading", flush=True)
while not Path(stop).exists():
    with duckdb.connect(file, read_only=True) as con:
        requests, = con.execute("SELECT count(*) FROM service_requests").fetchone()
        notes, = con.execute("SELECT count(*) FROM service_request_notes").fetchone()
        lines, = con.execute("SELECT count(*) FROM etl.windows").fetchone()
    assert requests % 20 == 0 and notes == 2 * requests, (requests, notes)
    assert lines == requests // 20 - 2, (requests, lines)
    assert requests >= seen, (requests, seen)
    rows = ds.dataset(lake + "/service_requests", partitioning="hive").to_table()
    assert rows.num_rows % 20 == 0, rows.num_rows
    reads, seen = reads + 1, requests
    time.sleep(0.1)
print(reads, seen)
"""


@pytest.mark.parametrize("publishes", [5, pytest.param(20, marks=pytest.mark.slow)])
def test_readers_meet_no_error_and_no_half_during_publishes(
    city: Settings, tmp_path: Path, publishes: int
) -> None:
    stop = tmp_path / "stop"
    publish(city)
    with starting(READER, snapshot(city), city.lake, stop) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        for number in range(publishes):
            with changing(city) as con, warehouse.transaction(con):
                add_requests(con, f"x{number}-", f"2026-{number % 2 + 1:02d}-03 00:00:00+00")
                con.execute(LEDGER_LINE)
            assert publish(city).renewed
        stop.touch()
        out, errors = reader.communicate(timeout=60)
    assert reader.returncode == 0, errors
    reads, seen = map(int, out.split())
    assert reads > 1
    assert 80 <= seen <= 80 + 20 * publishes


DIE = """
import os, signal
from pathlib import Path
from open311_etl.config import Settings
from open311_etl.publish import lake, publish, snapshot

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def on_call(number, do):
    calls = []
    def counted(*args, **named):
        calls.append(1)
        return die() if len(calls) == number else do(*args, **named)
    return counted

def half(source, target):
    whole = source.read_bytes()
    target.write_bytes(whole[: len(whole) // 2])
    die()

"""

MOMENTS = {
    "while partitions are written": "lake.Lake._write = on_call(3, lake.Lake._write)",
    "in the middle of the copy": "snapshot.copy = half",
    "before anything is shown": "lake.Lake.show = die",
    "when some partitions are shown": "Path.replace = on_call(3, Path.replace)",
    "when the release has no link yet": "Path.symlink_to = die",
    "before the link is moved": "Path.replace = on_call(8, Path.replace)",
}
MORE_MOMENTS = {
    "before they are synced": "lake.sync = die",
    "before they are recorded": "lake.Lake._record = die",
    "before the copy": "snapshot.copy = die",
    "when all partitions are shown": "snapshot.Snapshots.show = die",
}


@pytest.mark.parametrize(
    "moment", [*MOMENTS, *(pytest.param(each, marks=pytest.mark.slow) for each in MORE_MOMENTS)]
)
def test_a_kill_leaves_the_old_state_whole(city: Settings, moment: str) -> None:
    code = f"{DIE}\n{(MOMENTS | MORE_MOMENTS)[moment]}\npublish(Settings(Path(sys.argv[1]), {{}}))"
    killed = python(code, city.data_dir)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert shown(city) == 40
    assert lake_counts(city) <= {20, 40}
    assert_whole_again(city)


def test_a_kill_after_the_link_was_moved_leaves_the_new_state_whole(city: Settings) -> None:
    code = f"{DIE}\nsnapshot.Snapshots.prune = die\npublish(Settings(Path(sys.argv[1]), {{}}))"
    assert python(code, city.data_dir).returncode == -signal.SIGKILL
    assert shown(city) == 80
    assert_whole_again(city)


def test_a_part_left_beside_a_file_says_that_the_file_is_not_what_was_recorded(
    city: Settings,
) -> None:
    publish(city)
    file = city.lake / "service_requests/source=springfield/year=2026/month=1/data.parquet"
    before = file.stat().st_ino
    file.with_name(".data.parquet.part").touch()
    assert publish(city).written == 1
    assert file.stat().st_ino != before
    assert not leftovers(city)


FULL = """
import resource
from pathlib import Path
from open311_etl.config import Settings
from open311_etl.errors import WarehouseError
from open311_etl.publish import publish
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    publish(Settings(Path(sys.argv[1]), {}))
except WarehouseError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.parametrize("limit", [pytest.param(4_000, marks=pytest.mark.slow), 12_000])
def test_a_limit_on_the_size_of_files_leaves_the_old_state(city: Settings, limit: int) -> None:
    stopped = python(FULL, city.data_dir, limit)
    assert stopped.returncode == 4, stopped.stderr
    assert "cannot be written" in stopped.stdout
    assert len(stopped.stdout.splitlines()) == 1
    assert shown(city) == 40
    assert lake_counts(city) == {20}
    assert not any(part.stat().st_size for part in leftovers(city))
    assert_whole_again(city)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(place)]
    if os.name != "posix" or os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("no small file system may be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("free", [20_000, 600_000])
def test_a_full_disk_leaves_the_old_state(city: Settings, tiny_disk: Path, free: int) -> None:
    full = Settings(shutil.copytree(city.data_dir, tiny_disk / "data", symlinks=True), {})
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(b"x" * (shutil.disk_usage(tiny_disk).free - free))
    with pytest.raises(WarehouseError, match="make room") as stopped:
        publish(full)
    assert stopped.value.exit_code == 4
    assert shown(full) == 40
    assert lake_counts(full) == {20}
    assert not any(part.stat().st_size for part in leftovers(full))
    ballast.unlink()
    assert_whole_again(full)


def test_a_place_that_cannot_hold_releases_leaves_the_old_state(city: Settings) -> None:
    old = snapshot(city).resolve()
    kept = old.rename(city.published / old.name)
    old.parent.rmdir()
    old.parent.write_text("a file where the folder should be")
    snapshot(city).unlink()
    snapshot(city).symlink_to(kept.name)
    with pytest.raises(WarehouseError, match=r"releases.*cannot be written"):
        publish(city)
    assert shown(city) == 40
    assert lake_counts(city) == {20}
    old.parent.unlink()
    assert_whole_again(city)


def test_a_folder_in_the_way_of_the_link_leaves_the_old_state(tmp_path: Path) -> None:
    settings = a_city(tmp_path, months=1)
    (snapshot(settings) / "mine").mkdir(parents=True)
    with pytest.raises(WarehouseError, match=r"open311\.duckdb.*cannot be written"):
        publish(settings)
    assert not leftovers(settings)
    (snapshot(settings) / "mine").rmdir()
    snapshot(settings).rmdir()
    assert publish(settings).renewed


def test_an_interrupt_leaves_the_old_state(city: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("open311_etl.publish.snapshot.copy", interrupted)
        with pytest.raises(KeyboardInterrupt):
            publish(city)
    assert shown(city) == 40
    assert lake_counts(city) == {20}
    assert not leftovers(city)
    assert_whole_again(city)


def test_a_month_that_needs_more_memory_than_planned_gets_it(
    city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with changing(city) as con:
        add_requests(con, "long-", "2026-01-01 00:00:00+00", count=3000)
        con.execute(
            "UPDATE service_requests SET description = repeat(md5(service_request_id), 600) "
            "WHERE starts_with(service_request_id, 'long-')"
        )
    monkeypatch.setattr("open311_etl.publish._MEMORY", "80MB")
    assert publish(city).rows["service_requests"] == 3080
    assert not differing(city)
