"""The snapshot: all that the warehouse holds, for readers who never wait and never see a half."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from pathlib import Path

import duckdb
import pytest
from publish_city import (
    LEDGER_LINE,
    a_city,
    add_requests,
    changed,
    changing,
    leftovers,
    python,
    starting,
)

from open311_etl import warehouse
from open311_etl.config import Settings
from open311_etl.disk import copy
from open311_etl.errors import UsageError, WarehouseBusy
from open311_etl.publish import publish

LAYOUT = """
SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default
FROM information_schema.columns ORDER BY ALL
"""
COMMENTS = """
SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal
UNION ALL
SELECT schema_name, table_name, NULL, comment FROM duckdb_tables()
UNION ALL
SELECT schema_name, view_name, NULL, comment FROM duckdb_views() WHERE NOT internal
ORDER BY ALL
"""
ELSEWHERE = """
import duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
for (sql,) in con.execute("SELECT 'FROM ' || table_schema || '.' || table_name"
                          " FROM information_schema.tables ORDER BY ALL").fetchall():
    print(sql, con.execute(f"SELECT count(*) {sql}").fetchone()[0])
"""

HOLDER = """
import duckdb, time
con = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def published_city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = a_city(tmp_path_factory.mktemp("city"), months=1)
    publish(settings)
    return settings


@pytest.fixture
def city(published_city: Settings, tmp_path: Path) -> Settings:
    """Give a published city that a test may change."""
    return Settings(shutil.copytree(published_city.data_dir, tmp_path / "data", symlinks=True), {})


def snapshot(settings: Settings) -> Path:
    return settings.published / "open311.duckdb"


def releases(settings: Settings) -> list[str]:
    names = (each.name for each in (settings.published / "releases").iterdir())
    return sorted(names, key=lambda name: int(name.rsplit("-", 1)[1].removesuffix(".duckdb")))


def count(settings: Settings, sql: str = "FROM service_requests") -> int:
    with duckdb.connect(str(snapshot(settings)), read_only=True) as con:
        (found,) = con.execute(f"SELECT count(*) {sql}").fetchone() or (-1,)
        return int(found)


@pytest.mark.parametrize("sql", [LAYOUT, COMMENTS], ids=["types", "comments"])
def test_tables_and_views_are_those_of_the_warehouse(city: Settings, sql: str) -> None:
    with warehouse.warehouse(city.warehouse, read_only=True) as con:
        expected = con.execute(sql).fetchall()
    with duckdb.connect(str(snapshot(city)), read_only=True) as con:
        assert con.execute(sql).fetchall() == expected
    assert len(expected) > 100


def test_another_process_reads_as_many_rows_of_each_table(city: Settings) -> None:
    there = python(ELSEWHERE, snapshot(city))
    assert there.stdout == python(ELSEWHERE, city.warehouse).stdout, there.stderr
    assert "FROM main.service_requests 20\n" in there.stdout
    assert "FROM etl.coverage" in there.stdout


def test_any_duckdb_since_1_0_can_open_it(city: Settings) -> None:
    with snapshot(city).open("rb") as file:
        header = file.read(20)
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64  # the number of format v1.0.0


def test_the_data_directory_can_be_moved(city: Settings, tmp_path: Path) -> None:
    target = snapshot(city).readlink()
    assert not target.is_absolute()
    assert target.parts[0] == "releases"
    moved = Settings(city.data_dir.rename(tmp_path / "elsewhere"), {})
    assert count(moved) == 20
    assert not publish(moved).renewed


def test_a_release_is_not_to_be_written(city: Settings) -> None:
    assert snapshot(city).stat().st_mode & 0o777 == 0o444
    assert publish(city).snapshot == snapshot(city).resolve()


def test_nothing_changed_makes_no_new_release(city: Settings) -> None:
    before = releases(city)
    report = publish(city)
    assert not report.renewed
    assert releases(city) == before


@pytest.mark.parametrize(
    "sql",
    [
        LEDGER_LINE,
        "INSERT INTO etl.runs BY NAME SELECT 'r' AS run_id, 's' AS source, now() AS started_at, "
        "now() AS as_of, '0' AS version",
        "INSERT INTO etl.profile_changes BY NAME SELECT 's' AS source, now() AS seen_at, "
        "'page_size' AS trait, 'info' AS severity, 'other' AS message",
        "INSERT INTO etl.quarantine BY NAME SELECT 'r' AS reading_id, 's' AS source, "
        "'ab' AS page_sha256, 'why' AS reason, 'x'::BLOB AS raw, now() AS quarantined_at",
        "INSERT INTO etl.pending BY NAME SELECT 's' AS source, 'k' AS pending_key, "
        "now() AS window_start, now() AS window_end, now() AS first_seen_at, now() AS last_seen_at",
        "INSERT INTO etl.pages BY NAME SELECT 'r' AS reading_id, 's' AS source, 'ab' AS sha256, "
        "'u' AS url, now() AS fetched_at, 0 AS seconds, 1 AS attempts, 0 AS bytes, 0 AS records",
        "INSERT INTO etl.schema_version VALUES (0, now())",
        "UPDATE service_requests SET last_seen_at = now()",
        "UPDATE services SET absences = absences + 1",
        "UPDATE service_requests SET status = 'closed', content_hash = content_hash + 1",
    ],
)
def test_whatever_a_reader_could_see_makes_a_new_release(
    published_city: Settings, sql: str
) -> None:
    changed(published_city, sql)
    assert publish(published_city).renewed
    assert not publish(published_city).renewed


def test_each_ledger_table_counts_for_what_a_reader_could_see() -> None:
    (statement,) = warehouse.statements("publish/state")
    ledger = [name for name in warehouse.tables() if name.startswith("etl.")]
    assert [name for name in ledger if f"FROM {name} AS" not in statement] == []


def test_views_are_brought_to_those_of_today(city: Settings) -> None:
    changed(city, "DROP VIEW etl.debt; CREATE OR REPLACE VIEW etl.coverage AS SELECT 'old' AS was")
    changed(city, LEDGER_LINE)
    assert publish(city).renewed
    assert count(city, "FROM etl.coverage WHERE verdict = 'proven'") >= 0
    assert count(city, "FROM etl.debt") >= 0


def test_the_last_releases_stay_and_older_ones_go(city: Settings) -> None:
    for _ in range(4):
        changed(city, LEDGER_LINE)
        publish(city, keep=2)
    assert len(releases(city)) == 2
    assert snapshot(city).readlink().name == releases(city)[-1]


def test_the_current_release_never_goes(city: Settings) -> None:
    current = snapshot(city).resolve()
    never_linked = current.with_name("open311-20991231T000000Z-99.duckdb")
    shutil.copyfile(current, never_linked)  # as a kill leaves it
    assert not publish(city, keep=1).renewed
    assert current.exists()
    changed(city, LEDGER_LINE)
    assert publish(city, keep=1).snapshot.name.endswith("-100.duckdb")
    assert len(releases(city)) == 1


def test_a_damaged_release_is_replaced(city: Settings) -> None:
    release = snapshot(city).resolve()
    release.chmod(0o644)
    os.truncate(release, 5000)
    assert publish(city).renewed
    assert count(city) == 20


def test_without_links_the_snapshot_is_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    settings = a_city(tmp_path, months=1)
    for rows in (20, 21):
        publish(settings)
        assert not snapshot(settings).is_symlink()
        assert count(settings) == rows
        with changing(settings) as con:
            add_requests(con, f"more-{rows}-", "2026-01-01 00:00:00+00", count=1)
    assert not leftovers(settings)


def test_publish_does_not_give_up_the_lock_of_who_writes_in_this_process(city: Settings) -> None:
    connect = "import duckdb; duckdb.connect(sys.argv[1])"
    with changing(city) as con:
        con.execute(LEDGER_LINE)
        assert publish(city).renewed
        other = python(connect, city.warehouse)
        assert "lock" in other.stderr, "another process could write at the same time"
    assert python(connect, city.warehouse).returncode == 0


def test_what_another_thread_has_not_committed_is_not_shown(city: Settings) -> None:
    with changing(city) as con:
        con.execute("BEGIN TRANSACTION")
        add_requests(con, "unfinished-", "2026-01-01 00:00:00+00")
        finish = threading.Timer(0.5, con.execute, ("ROLLBACK",))
        finish.start()
        changed(city, LEDGER_LINE)
        assert publish(city).renewed
        finish.join()
    assert count(city) == 20


def test_a_load_in_another_thread_cannot_change_the_file_while_it_is_copied(
    city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(source: Path, target: Path) -> None:
        with changing(city) as con:
            add_requests(con, "late-", "2026-01-01 00:00:00+00")
            with pytest.raises(duckdb.TransactionException, match="CHECKPOINT"):
                con.execute("CHECKPOINT")
        copy(source, target)

    changed(city, LEDGER_LINE)
    with monkeypatch.context() as patched:
        patched.setattr("open311_etl.publish.snapshot.copy", meanwhile)
        publish(city)
    assert count(city) == 20
    publish(city)
    assert count(city) == 40


def test_a_writer_that_does_not_end_is_waited_for_only_so_long(city: Settings) -> None:
    with changing(city) as con:
        con.execute("BEGIN TRANSACTION")
        con.execute(LEDGER_LINE)
        before = snapshot(city).readlink()
        changed(city, LEDGER_LINE)
        with pytest.raises(WarehouseBusy, match="goes on writing"):
            publish(city, wait=0.2)
        assert snapshot(city).readlink() == before
        con.execute("ROLLBACK")


def test_publishes_at_the_same_time_wait_for_one_another(city: Settings) -> None:
    changed(city, LEDGER_LINE)
    made: list[bool] = []
    threads = [
        threading.Thread(target=lambda: made.append(publish(city).renewed)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, False, True]


def test_who_holds_the_warehouse_is_named(city: Settings) -> None:
    with starting(HOLDER, city.warehouse) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        began = time.monotonic()
        with pytest.raises(WarehouseBusy, match=str(holder.pid)):
            publish(city, wait=0.2)
        assert time.monotonic() - began < 30
        holder.kill()


def test_without_a_warehouse_there_is_nothing_to_publish(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no warehouse here yet"):
        publish(Settings(tmp_path, {}))
    assert not list(tmp_path.iterdir())


def test_at_least_one_release_is_kept(city: Settings) -> None:
    with pytest.raises(UsageError, match="keep = 0"):
        publish(city, keep=0)
