"""What was read is loaded while more is being read, in portions, and never half."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence

import pytest

from open311_etl import pipeline
from open311_etl.agenda import Item
from open311_etl.catalog import CatalogReport
from open311_etl.config import Settings
from open311_etl.errors import WarehouseError
from open311_etl.model import LoadReport, Outcome, Window
from open311_etl.sandbox import City, serving
from open311_etl.session import Pull
from open311_etl.warehouse import warehouse

MOST = 60


class Diary:
    """Writes down how many entries were read, and how many loaded, in the order of events."""

    def __init__(self) -> None:
        self.read_rows: list[int] = []
        self.loads: list[tuple[int, int]] = []
        self.loaded_once = asyncio.Event()

    def planned(self, source: str, items: Sequence[Item]) -> None:
        pass

    def read(self, source: str, window: Window, outcomes: Sequence[Outcome]) -> None:
        self.read_rows.append(sum(each.records for each in outcomes))

    def loaded(self, source: str, report: LoadReport) -> None:
        self.loads.append((report.records, len(self.read_rows)))
        self.loaded_once.set()


@pytest.fixture
def setup(
    settings: Callable[..., Settings], city_url: str, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setattr(pipeline, "LOAD_ROWS", MOST)
    return settings(city_url, row_cap=0)


@pytest.fixture(scope="module")
def city() -> City:
    return City(300, days=15, services=9)


@pytest.fixture(scope="module")
def city_url(city: City) -> object:
    with serving(city) as server:
        yield server.url


def stored(setup: Settings) -> int:
    with warehouse(setup.warehouse, read_only=True) as con:
        return len(con.sql("FROM service_requests").fetchall())


def test_loads_begin_while_windows_are_read_and_none_takes_more_than_it_may(
    setup: Settings, city: City
) -> None:
    diary = Diary()

    async def journey() -> None:
        async with Pull(setup, setup.source("springfield"), city.start, city.end) as pull:

            async def read(window: Window) -> list[Outcome]:
                if sum(diary.read_rows) >= pipeline.WORTH_LOADING * MOST:
                    await asyncio.wait_for(diary.loaded_once.wait(), 30)
                return await pull.read(window)

            await pipeline.journey(pull, jobs=1, read=read, watcher=diary)

    asyncio.run(journey())
    rows, windows_read = diary.loads[0]
    assert rows < MOST
    assert windows_read < 5
    assert max(rows for rows, _ in diary.loads) < MOST + max(diary.read_rows)
    assert sum(rows for rows, _ in diary.loads) == sum(diary.read_rows) > 250


def test_a_load_that_fails_ends_the_pull_and_the_next_one_lacks_nothing(
    setup: Settings, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pull: Pull, outcomes: Sequence[Outcome]) -> LoadReport | CatalogReport:
        raise WarehouseError("no room")

    diary = Diary()
    span = {"start": city.start, "end": city.end}
    monkeypatch.setattr(Pull, "_load", refuse)
    with pytest.raises(ExceptionGroup) as raised:
        pipeline.pull(["springfield"], setup, **span, watcher=diary)
    assert raised.group_contains(WarehouseError, match="no room")
    assert len(diary.read_rows) < 15, "the other windows were not read for nothing"
    monkeypatch.undo()
    (report,) = pipeline.pull(["springfield"], setup, **span)
    assert report.resumed
    assert stored(setup) == report.counts["new"] > 250


def test_a_load_that_has_begun_ends_even_where_the_pull_is_cancelled(
    setup: Settings, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, real = threading.Event(), Pull._load
    loaded: list[LoadReport] = []

    def slowly(pull: Pull, outcomes: Sequence[Outcome]) -> LoadReport:
        begun.set()
        time.sleep(0.3)
        loaded.append(real(pull, outcomes))
        return loaded[-1]

    monkeypatch.setattr(Pull, "_load", slowly)

    async def cancelled() -> int:
        async with Pull(setup, setup.source("springfield"), city.start, city.end) as pull:
            journey = asyncio.create_task(pipeline.journey(pull))
            await asyncio.to_thread(begun.wait)
            journey.cancel()
            with pytest.raises(asyncio.CancelledError):
                await journey
            return len(loaded)

    assert asyncio.run(cancelled()) == 1
    assert stored(setup) == loaded[0].new > 0
