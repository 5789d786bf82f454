"""A warehouse can be rebuilt from landing alone, and is what it was; what is lost is named."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from publish_city import python

from open311_etl import pipeline
from open311_etl.config import Settings
from open311_etl.errors import UsageError
from open311_etl.replay import replay
from open311_etl.sandbox import Character, City, serving
from open311_etl.session import Pull
from open311_etl.warehouse import tables, warehouse

ABOUT_ITSELF = {"etl.schema_version", "etl.partitions"}
"""What says when this very warehouse was made, and what of it is published."""


def everything(setup: Settings) -> dict[str, list[Any]]:
    """All rows of all tables, whole."""
    with warehouse(setup.warehouse, read_only=True) as con:
        return {
            name: con.sql(f"SELECT * FROM {name} ORDER BY ALL").to_arrow_table().to_pylist()
            for name in tables()
            if name not in ABOUT_ITSELF
        }


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two cities, one pulled three times while it changed, once cut short, once against faults."""
    from open311_etl.config import Source  # noqa: PLC0415 - the fixture alone needs it

    place = tmp_path_factory.mktemp("pulled")
    city, other = City(200, days=10, services=14), City(20, seed=2, days=2, services=3)
    with (
        serving(city, character=Character(error_500=0.05, recover_after=1)) as server,
        serving(other) as small,
    ):
        sources = {
            name: Source.model_validate(
                {"name": name, "url": url, "page_size": 100, "timezone": "America/Chicago"}
            )
            for name, url in (("springfield", server.url), ("shelbyville", small.url))
        }
        setup = Settings(place / "data", sources)
        pipeline.LOAD_ROWS, usual = 60, pipeline.LOAD_ROWS
        try:
            for days in (6, 0):
                city.set_clock(city.end - timedelta(days=days))
                pipeline.pull(["springfield"], setup, start=city.start, end=city.clock.now)
            pipeline.pull(["springfield"], setup, end=city.end)
            pipeline.pull(["shelbyville"], setup, start=other.start, end=other.end)
        finally:
            pipeline.LOAD_ROWS = usual
    return setup


@pytest.fixture
def setup(pulled: Settings, tmp_path: Path) -> Settings:
    place = shutil.copytree(pulled.data_dir, tmp_path / "data")
    return Settings(place, pulled.sources)


def test_a_replayed_warehouse_equals_the_first_in_every_row_of_every_table(
    setup: Settings,
) -> None:
    before = everything(setup)
    assert len(before["service_request_versions"]) > len(before["service_requests"]) > 100
    assert len(before["etl.runs"]) == 4
    for lost in (False, True):
        if lost:
            setup.warehouse.unlink()
        report = replay(setup)
        assert report.exit_code == 0
        assert report.kept is None
        assert (report.runs, report.sources) == (4, ("shelbyville", "springfield"))
        after = everything(setup)
        for name, rows in before.items():
            assert after[name] == rows, name
    assert {each.name for each in setup.data_dir.iterdir()} == {
        "landing",
        "locks",
        setup.warehouse.name,
    }


def test_one_source_is_replayed_and_the_others_stay(setup: Settings) -> None:
    before = everything(setup)
    with warehouse(setup.warehouse) as con:
        con.execute("DELETE FROM service_requests WHERE source = 'springfield'")
        con.execute("DELETE FROM service_request_notes WHERE source = 'shelbyville'")
    assert replay(setup, "springfield").sources == ("springfield",)
    after = everything(setup)
    assert after.pop("service_request_notes") != before.pop("service_request_notes")
    assert after == before


def test_a_pull_goes_on_from_a_warehouse_that_lacks_its_last_runs(setup: Settings) -> None:
    before = everything(setup)
    with warehouse(setup.warehouse) as con:  # as if it came from a backup of before the last run
        last = con.execute("SELECT max_by(run_id, started_at) FROM etl.runs").fetchone()
        for table in tables():
            if "source" in con.table(table).columns:
                con.execute(f"DELETE FROM {table} WHERE source = 'shelbyville'")
    assert last
    pull = Pull(setup, setup.source("shelbyville"))
    from open311_etl import catchup  # noqa: PLC0415 - what a pull begins with
    from open311_etl.landing import Landing  # noqa: PLC0415

    with warehouse(setup.warehouse) as con:
        caught = catchup.catch_up(con, pull.source, Landing(setup.landing, "shelbyville"))
    assert caught > 1
    assert everything(setup) == before


def lose(setup: Settings, how: str) -> str:
    """Damage the body of the fullest page of the last run; give its hash."""
    with warehouse(setup.warehouse, read_only=True) as con:
        found = con.execute(
            "SELECT p.sha256 FROM etl.pages AS p JOIN etl.windows USING (reading_id) "
            "WHERE kind = 'window' AND p.source = 'springfield' "
            "ORDER BY ended_at DESC, p.records DESC"
        ).fetchone()
    assert found
    sha = str(found[0])
    file = setup.landing / "springfield" / "bodies" / sha[:2] / f"{sha}.zst"
    if how == "missing":
        file.unlink()
    elif how == "cut short":
        file.write_bytes(file.read_bytes()[:-9])
    else:
        (other,) = [each for each in file.parent.parent.rglob("*.zst") if each != file][:1]
        shutil.copy(other, file)
    return sha


@pytest.mark.parametrize(
    "how",
    [
        "missing",
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("cut short", "another's")),
    ],
)
def test_what_landing_lost_is_named_and_its_windows_are_owed(setup: Settings, how: str) -> None:
    sha = lose(setup, how)
    report = replay(setup)
    assert report.exit_code == 1
    assert all(sha in each and "springfield window 2026-" in each for each in report.damages)
    assert 1 <= report.blocked <= len(report.damages)
    assert report.kept
    assert report.kept.exists()
    with warehouse(setup.warehouse, read_only=True) as con:
        owed = con.execute("SELECT reason FROM etl.debt WHERE kind = 'blocked'").fetchall()
    assert owed == [("1 of 1 landed pages are lost",)] * len(owed)
    assert owed


def test_a_damaged_journal_is_named_and_the_rest_is_replayed(setup: Settings) -> None:
    (file,) = sorted((setup.landing / "shelbyville" / "journal").iterdir())
    lines = file.read_bytes().split(b"\n")
    lines[2] = lines[2][:50] + b"\xff" + lines[2][51:]
    file.write_bytes(b"\n".join(lines))
    report = replay(setup)
    assert [each for each in report.damages if f"{file}, line 3" in each] == list(report.damages)
    assert report.exit_code == 1


def test_a_damaged_warehouse_is_kept_aside_and_rebuilt(setup: Settings) -> None:
    before = everything(setup)
    data = bytearray(setup.warehouse.read_bytes())
    data[:4096] = b"x" * 4096
    setup.warehouse.write_bytes(data)
    report = replay(setup)
    assert report.kept
    assert report.kept.read_bytes() == bytes(data)
    assert everything(setup) == before


@pytest.mark.parametrize(
    "moment",
    ["replay-before-swap", pytest.param("replay-after-swap", marks=pytest.mark.slow)],
)
def test_a_killed_replay_leaves_a_whole_warehouse(setup: Settings, moment: str) -> None:
    before = everything(setup)
    code = (
        "import os; from pathlib import Path; from open311_etl.config import *\n"
        "from open311_etl.replay import replay\n"
        f"os.environ['OPEN311_FAILPOINT'] = {moment!r}\n"
        "names = ('springfield', 'shelbyville')\n"
        "sources = {n: Source(name=n, url='http://127.0.0.1:9/', timezone='America/Chicago')"
        " for n in names}\n"
        "replay(Settings(Path(sys.argv[1]), sources))"
    )
    killed = python(code, setup.data_dir)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    titles = [each["source"] for each in before.pop("etl.sources")]
    after = everything(setup)
    assert [each["source"] for each in after.pop("etl.sources")] == titles
    assert after == before
    replay(setup)
    assert not [*setup.data_dir.glob(".*")]


def test_nothing_landed_is_told(settings: Callable[..., Settings]) -> None:
    with pytest.raises(UsageError, match="nothing has landed"):
        replay(settings("http://127.0.0.1:9/"))
    with pytest.raises(UsageError, match="unknown source"):
        replay(settings("http://127.0.0.1:9/"), "nowhere")
