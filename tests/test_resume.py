"""A pull that is cut short goes on where it was, and ends with what one that was not has."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from open311_etl import pipeline
from open311_etl.agenda import Item
from open311_etl.config import Settings
from open311_etl.model import LoadReport, Outcome, Window
from open311_etl.sandbox import City, Server, serving
from open311_etl.warehouse import warehouse

TABLES = {
    "service_requests": "* EXCLUDE (first_seen_at, last_seen_at, last_changed_at)",
    "service_request_versions": "* EXCLUDE (observed_at)",
    "service_request_notes": "* EXCLUDE (observed_at)",
    "services": "* EXCLUDE (first_seen_at, last_seen_at, last_changed_at, definition_asked_at)",
    "service_attributes": "* EXCLUDE (first_seen_at)",
    "service_attribute_values": "*",
}


def contents(setup: Settings) -> dict[str, list[object]]:
    """All rows of all tables, but for the times of sight."""
    with warehouse(setup.warehouse, read_only=True) as con:
        return {
            name: con.sql(f"SELECT {columns} FROM {name} ORDER BY ALL").to_arrow_table().to_pylist()
            for name, columns in TABLES.items()
        }


class Impatient:
    """Interrupts the pull when so many windows are read."""

    def __init__(self, windows: int) -> None:
        self.left = windows

    def planned(self, source: str, items: Sequence[Item]) -> None:
        pass

    def read(self, source: str, window: Window, outcomes: Sequence[Outcome]) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt

    def loaded(self, source: str, report: LoadReport) -> None:
        pass


def lists_asked(server: Server[City]) -> int:
    return sum("/requests." in path for _, path, _ in server.requests)


def test_an_interrupted_pull_reads_on_and_reads_nothing_twice(
    settings: Callable[..., Settings], tmp_path: Path
) -> None:
    city = City(300, days=30, services=9)
    with serving(city) as server:
        setup = settings(server.url, row_cap=0)
        whole = replace(setup, data_dir=tmp_path / "whole")
        start, end = city.start, city.end
        pipeline.pull(["springfield"], whole, start=start, end=end)
        asked = lists_asked(server)
        with pytest.raises(KeyboardInterrupt):
            pipeline.pull(["springfield"], setup, start=start, end=end, watcher=Impatient(15))
        (report,) = pipeline.pull(["springfield"], setup, start=start, end=end)
        again = lists_asked(server) - asked
    assert report.resumed
    assert report.planned < 20
    assert again <= asked + 4 * 3, "at most the windows under way are read again"
    assert contents(setup) == contents(whole)


@pytest.mark.slow
def test_a_killed_pull_is_taken_up_and_ends_like_one_that_was_not(
    settings: Callable[..., Settings], tmp_path: Path
) -> None:
    city = City(2_000, days=60)
    with serving(city) as server:
        setup = settings(server.url)
        whole = replace(setup, data_dir=tmp_path / "whole")
        config = tmp_path / "open311.toml"
        config.write_text(
            f'[sources.springfield]\nurl = "{server.url}"\ntimezone = "America/Chicago"\n'
            "page_size = 500\nfirst_page = 1\n"
        )
        pipeline.pull(["springfield"], whole, end=city.end)
        command = [sys.executable, "-m", "open311_etl", "pull", "springfield", "--no-publish"]
        command += ["--end", city.end.isoformat(), "--data-dir", str(setup.data_dir)]
        command += ["--config", str(config)]
        for share in (40, 170, 60):  # the catalog takes 155 requests the first time
            before = len(server.requests)
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while len(server.requests) - before < share and child.poll() is None:
                time.sleep(0.005)
            child.kill()
            child.wait()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert contents(setup) == contents(whole)
