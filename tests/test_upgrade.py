"""An older warehouse is brought up to date, with a copy beside; a newer one is left alone."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from commanding import command
from reading import Warehouse, request

from open311_etl import warehouse
from open311_etl.errors import WarehouseDamaged, WarehouseError

SECOND = """
-- what: a table of a later day
ALTER TABLE service_requests ADD COLUMN mood VARCHAR;
COMMENT ON COLUMN service_requests.mood IS 'How it felt';
UPDATE service_requests SET mood = 'calm';
"""
THIRD = "ALTER TABLE service_requests RENAME COLUMN mood TO temper;"


@pytest.fixture
def house(tmp_path: Path) -> Warehouse:
    """Give a warehouse of today's layout with two requests."""
    made = Warehouse(tmp_path)
    made.load([request(1), request(2)])
    return made


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make this program one that is two layouts further on; give its directory of SQL."""
    place = tmp_path / "later"
    shutil.copytree(warehouse.sql_dir(), place)
    for number, text in enumerate((SECOND, THIRD), warehouse.SCHEMA_VERSION + 1):
        file = place / "migrations" / f"{number:04}-later.sql"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    monkeypatch.setattr(warehouse, "sql_dir", lambda: place)
    monkeypatch.setattr(warehouse, "SCHEMA_VERSION", warehouse.SCHEMA_VERSION + 2)
    warehouse.statements.cache_clear()
    yield place
    warehouse.statements.cache_clear()


def test_an_older_warehouse_is_migrated_once_with_a_copy_of_it_beside(
    house: Warehouse, later: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = warehouse.SCHEMA_VERSION - 2
    for _ in range(2):
        with warehouse.warehouse(house.file) as con:
            rows = con.execute("SELECT service_request_id, temper FROM service_requests").fetchall()
    assert sorted(rows) == [("SR-1", "calm"), ("SR-2", "calm")]
    assert caplog.text.count(f"from layout {before} to {before + 2}") == 1
    kept = house.file.with_name(f"open311-layout-{before}.duckdb")
    with duckdb.connect(str(kept), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM service_requests").fetchone() == (2,)
        assert "temper" not in con.table("service_requests").columns
    assert not [*house.file.parent.glob(".*")]


def test_a_migration_that_fails_leaves_the_warehouse_as_it_was(
    house: Warehouse, later: Path
) -> None:
    (broken,) = later.glob("migrations/*3-later.sql")
    broken.write_text(f"{THIRD}\nINSERT INTO nowhere VALUES (1);")
    with pytest.raises(duckdb.Error, match="nowhere"), warehouse.warehouse(house.file):
        pass
    with duckdb.connect(str(house.file), read_only=True) as con:
        assert not {"mood", "temper"} & set(con.table("service_requests").columns)
        assert con.execute("SELECT count(*) FROM service_requests").fetchone() == (2,)


def test_a_reader_of_an_older_warehouse_is_told_what_brings_it_up_to_date(
    house: Warehouse, later: Path
) -> None:
    with (
        pytest.raises(WarehouseError, match=r'older open311-etl.*"open311-etl publish"'),
        warehouse.warehouse(house.file, read_only=True),
    ):
        pass


@pytest.mark.parametrize("call", [("status",), ("publish",)])
def test_a_newer_warehouse_is_refused_and_not_touched(
    house: Warehouse, call: tuple[str, ...]
) -> None:
    with warehouse.warehouse(house.file) as con:
        con.execute("INSERT INTO etl.schema_version VALUES (99, now())")
    before = house.file.read_bytes()
    ended = command(*call, "--data-dir", house.file.parent)
    assert ended.code == 4
    assert "made by a newer open311-etl (layout 99" in ended.line
    assert "upgrade open311-etl" in ended.line
    assert house.file.read_bytes() == before


def test_a_file_of_something_else_is_refused_and_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "open311.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute("CREATE TABLE mine AS SELECT 42 AS answer")
    with (
        pytest.raises(WarehouseDamaged, match="no warehouse of open311-etl"),
        warehouse.warehouse(file),
    ):
        pass
    with duckdb.connect(str(file), read_only=True) as con:
        assert con.execute("SELECT answer FROM mine").fetchone() == (42,)


def test_every_layout_after_the_first_has_its_migration() -> None:
    assert list(warehouse.migrations()) == list(range(2, warehouse.SCHEMA_VERSION + 1))


SCRIPT = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "write_layout.py"))


def test_the_layout_does_not_change_without_a_version_of_its_own() -> None:
    written = SCRIPT["file"]().read_text(encoding="utf-8")
    assert written == SCRIPT["layout"](), (
        "sql/schema is not the layout that was released: raise SCHEMA_VERSION in warehouse.py, add "
        "sql/migrations/NNNN-what-for.sql, and run docs/write_layout.py (before the first release "
        "the last step is enough)"
    )


@pytest.mark.parametrize("version", range(1, warehouse.SCHEMA_VERSION + 1))
def test_every_released_layout_is_brought_to_todays(tmp_path: Path, version: int) -> None:
    file = tmp_path / "open311.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute(SCRIPT["file"](version).read_text(encoding="utf-8"))
        con.execute("INSERT INTO etl.schema_version VALUES ($version, now())", {"version": version})
        con.execute(
            "INSERT INTO etl.runs BY NAME SELECT 'a' AS run_id, 'b' AS source, now() AS started_at,"
            " now() AS as_of, 0 AS requests, '0' AS version"
        )
    with warehouse.warehouse(file) as con:
        now = con.execute(SCRIPT["COLUMNS"]).fetchall()
        assert con.execute("SELECT run_id FROM etl.runs").fetchone() == ("a",)
    with warehouse.warehouse(tmp_path / "new.duckdb") as con:
        assert con.execute(SCRIPT["COLUMNS"]).fetchall() == now
