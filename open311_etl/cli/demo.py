"""``demo``: a city on this machine, pulled by the Prefect flow on two days, and what came of it."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from open311_etl.cli import screen
from open311_etl.cli.options import Quiet, Verbose, at_least, opened
from open311_etl.errors import Interrupted, UsageError, WarehouseError

if TYPE_CHECKING:
    from open311_etl.config import Settings
    from open311_etl.sandbox import City, Server

MARK = "# Made by open311-etl demo, which removes this directory and makes it anew each time.\n"
START = "2026-01-01"
FIRST = datetime(2026, 4, 1, 20, tzinfo=UTC)
"""When the first pull takes place, on the city's clock: ninety days after START, at 3 p.m."""

SECOND = FIRST + timedelta(days=1)
SEED = 340
"""Of a city in which older requests come to light between the two pulls."""

CITY_DAYS = 92
"""Days that the city's requests spread over: some are still to come at the second pull."""

DEMO = """
  open311-etl demo
  open311-etl demo --data-dir /tmp/demo --requests 50000
"""


def demo(
    *,
    requests: Annotated[
        int, typer.Option(metavar="N", callback=at_least(100), help="Size of the city.")
    ] = 20_500,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir",
            metavar="DIR",
            help="Made anew each time; ./data/demo if not given.",
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """See it work: a city on this machine, pulled twice.

    Serves a city of 90 days, pulls it with the Prefect flow, lets a day pass, pulls again,
    publishes, and shows what came of it. Takes a minute or two, asks nobody outside, and leaves
    nothing running.
    """
    place = data_dir or opened(None, None, quiet, verbose).data_dir / "demo"
    _clear(place)
    if quiet:
        os.environ.setdefault("PREFECT_LOGGING_LOGGERS_PREFECT_FLOW_RUNS_LEVEL", "ERROR")
    with _installed():
        from flows import orchestrator
        from flows.pull import run
        from open311_etl.sandbox import City, serving
    city = City(requests, seed=SEED, days=CITY_DAYS, now=FIRST)
    try:
        with serving(city) as server, orchestrator.running():
            settings = _configured(place, server, quiet, verbose)
            screen.say(f"A city of {requests:,} requests is served on {server.url}")
            pulls = []
            for now, start in ((FIRST, START), (SECOND, None)):
                city.set_clock(now)
                screen.say(f"{screen.when(now)} on its clock: a pull, as a Prefect flow")
                pulls += run(
                    ["springfield"], settings=settings, start=start, end=f"{now:%Y-%m-%dT%H:%M:%SZ}"
                )
    except KeyboardInterrupt:
        raise Interrupted("interrupted; the demo begins anew each time") from None
    for each in pulls:
        if each.error:
            raise each.error
    from open311_etl.cli.tour import show

    show(settings, city.zone.key, _ways_on(place))
    return 0


COMMANDS = ((demo, DEMO),)


@contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the demo needs {error.name}, too: pip install 'open311-etl[all]'"
        ) from None


def _clear(place: Path) -> None:
    """Remove an earlier demo; refuses to remove anything else."""
    try:
        if place.exists() and any(place.iterdir()):
            config = place / "open311.toml"
            if not config.is_file() or not config.read_text(encoding="utf-8").startswith(MARK):
                raise UsageError(
                    f"{place}: holds something else than a demo; choose another --data-dir"
                )
            shutil.rmtree(place)
        place.mkdir(parents=True, exist_ok=True)
        (place / "open311.toml").write_text(MARK, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WarehouseError(
            f"{place}: cannot be made anew: {error}; choose another --data-dir"
        ) from None


def _configured(place: Path, server: Server[City], quiet: bool, verbose: int) -> Settings:
    """Write the configuration of the demo, which works on when nothing is served any more."""
    from open311_etl.cli.serving import configuration

    file = place / "open311.toml"
    text = f"{MARK}data_dir = {json.dumps(str(place.resolve()))}\n\n{configuration(server)}\n"
    file.write_text(text, encoding="utf-8")
    return opened(place, file, quiet, verbose)


def _ways_on(place: Path) -> list[str]:
    """Give commands that work with what the demo leaves."""
    where = shlex.quote(os.path.relpath(place))
    call = _call()
    return [
        f"{call} dashboard serve --data-dir {where}",
        f"{call} status --data-dir {where}",
        f'{call} query --data-dir {where} "FROM service_requests LIMIT 5"',
    ]


def _call() -> str:
    """Give how this command is called here: by its name, or where it is installed."""
    beside = Path(sys.executable).parent / screen.NAME
    if shutil.which(screen.NAME) or not beside.exists():
        return screen.NAME
    return shlex.quote(min(os.path.relpath(beside), str(beside), key=len))
