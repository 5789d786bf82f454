"""``sandbox``: a GeoReport v2 city on this machine, well- or ill-behaved at will."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from open311_etl.cli import screen
from open311_etl.cli.options import Quiet, Verbose
from open311_etl.errors import UsageError

if TYPE_CHECKING:
    from open311_etl.sandbox import City, Replay, Server

SANDBOX = """
  open311-etl sandbox > open311.toml
  open311-etl sandbox --requests 20000 --days 90 --start 2026-01-01
  open311-etl sandbox --fault row_cap=1000 --fault error_500=0.05
  open311-etl sandbox --replay captured.ndjson.gz
"""


def sandbox(
    *,
    requests: Annotated[int, typer.Option(metavar="N", help="Requests in all.")] = 5_000,
    days: Annotated[float, typer.Option(metavar="N", help="Days they spread over.")] = 120,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="First of these days. Without it, they end today and the clock runs.",
            show_default=False,
        ),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Where the city's clock stands; with --start, at the end of its days.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Another number, another city.")] = 311,
    replay: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Serve captured records, one JSON record a line, plain or gzipped; again for "
            "more files.",
            show_default=False,
        ),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Misbehave so, for example row_cap=1000; again for more.",
            show_default=False,
        ),
    ] = None,
    faults: Annotated[bool, typer.Option("--faults", help="List all faults, and end.")] = False,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Listen on this address.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="N", help="Listen on this port; 0 takes a free one.")
    ] = 9311,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Serve a GeoReport v2 city on this machine.

    Prints a configuration for it on stdout, and runs until Ctrl-C. The same seed, requests, days
    and start give the same city, with what real ones have: entries without an id, late ones,
    duplicates, and lives that go on as its clock does.
    """
    screen.set_loudness(quiet, verbose)
    with _installed():
        from open311_etl.sandbox import Character, serve

    if faults:
        _list_faults()
        return 0
    character = Character.parse(fault or [])
    place = _replay(replay, now) if replay else _city(requests, days, seed, start, now)

    def ready(server: Server[City | Replay]) -> None:
        screen.out(configuration(server))
        _introduce(server)

    try:
        serve(place, character=character, host=host, port=port, ready=ready)
    except KeyboardInterrupt:
        screen.say("stopped")
    return 0


COMMANDS = ((sandbox, SANDBOX),)


def configuration(server: Server[Any]) -> str:
    """Give the table that ``open311.toml`` needs for a sandbox."""
    place = server.city
    name = "springfield" if place.jurisdiction_id else "captured"
    lines = [f"[sources.{name}]", f'title = "{place.name}"', f'url = "{server.url}"']
    if place.jurisdiction_id:
        lines += [f'jurisdiction_id = "{place.jurisdiction_id}"', 'timezone = "America/Chicago"']
    if server.character.formats == "xml":
        lines.append('format = "xml"')
    lines += ["page_size = 500", f'api_key_env = "{name.upper()}_API_KEY"']
    if place.jurisdiction_id:
        lines += [
            "",
            f"[sources.{name}.environments.test]",
            f'url = "{server.test_url}"',
            f'api_key_env = "{name.upper()}_TEST_API_KEY"',
        ]
    return "\n".join(lines)


def _introduce(server: Server[City | Replay]) -> None:
    clock = server.city.clock
    stands = f" --end {clock.now:%Y-%m-%dT%H:%M:%SZ}" if not clock.running else ""
    name = "springfield" if server.city.jurisdiction_id else "captured"
    lines = {
        "serving": f"{server.city.name}, until Ctrl-C",
        "live": f"{server.url}  key {server.key}",
        "test": f"{server.test_url}  key {server.test_key}",
        "clock": f"{clock.now:%Y-%m-%dT%H:%M:%SZ}, {'running' if clock.running else 'standing'}; "
        f"set it by POST to {server.clock_url}",
        "pull it": f"with the above in open311.toml: open311-etl pull {name}{stands}",
    }
    for label, text in lines.items():
        screen.say(f"{label:<8} {text}")


@contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the sandbox needs {error.name}: pip install 'open311-etl[sandbox]'"
        ) from None


def _city(requests: int, days: float, seed: int, start: str | None, now: str | None) -> City:
    from open311_etl.sandbox.city import ZONE, City
    from open311_etl.windows import local_midnight, parse_when

    clock = parse_when(now, ZONE) if now else None
    if start:
        return City(requests, seed=seed, days=days, start=parse_when(start, ZONE), now=clock)
    today = datetime.now(ZONE).date()
    tomorrow = local_midnight(today + timedelta(days=1), ZONE)
    city = City(requests, seed=seed, days=days, start=tomorrow - timedelta(days=days), now=clock)
    if clock is None:
        city.set_clock(datetime.now(UTC), running=True)
    return city


def _replay(files: list[Path], now: str | None) -> Replay:
    from zoneinfo import ZoneInfo

    from open311_etl.sandbox import Replay
    from open311_etl.windows import parse_when

    return Replay(files, now=parse_when(now, ZoneInfo("UTC")) if now else None)


def _list_faults() -> None:
    from rich.table import Table

    from open311_etl.sandbox import Character

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("fault", "takes", "default", "what it does"):
        table.add_column(column, no_wrap=column == "fault", overflow="fold")
    group = ""
    for each in Character.options():
        if each.group != group:
            group = each.group
            table.add_row()
            table.add_row(f"[bold]{group.lower()}[/]")
        table.add_row(each.name, each.takes.replace("[", r"\["), each.default, each.doc)
    screen.show(table)
