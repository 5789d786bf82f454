"""``probe``: what learns a server's ways."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from open311_etl.cli import screen
from open311_etl.cli.options import (
    AsJson,
    Config,
    DataDir,
    Quiet,
    Verbose,
    opened,
    source_names,
)
from open311_etl.errors import UsageError

if TYPE_CHECKING:
    from open311_etl.probe import Probe

PROBE = """
  open311-etl probe https://311.example.org/open311/v2/
  open311-etl probe chicago --budget 30
  open311-etl probe https://311.example.org/open311/v2/ --save --name example
"""


def probe(
    target: Annotated[
        str,
        typer.Argument(
            metavar="URL|SOURCE",
            help='A base URL, up to and with v2/, or a name that "open311-etl sources" lists.',
            autocompletion=source_names,
            show_default=False,
        ),
    ],
    *,
    budget: Annotated[
        int, typer.Option(metavar="N", min=1, help="HTTP requests to make at most.")
    ] = 60,
    jurisdiction_id: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Its jurisdiction_id, where it needs one.", show_default=False
        ),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Write the profile into --config or ./open311.toml.")
    ] = False,
    name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Its name there; else one made of its host.", show_default=False
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the table of that name, and nothing else.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Learn a server's ways, and print a profile for open311.toml.

    It reads a few lists, says with how much evidence it knows each of the server's ways, and names
    what stays unknown. It posts nothing, stores nothing of what it reads, and sends an API key only
    where reads need it.
    """
    if force and not save:
        raise UsageError("--force is for --save")
    fresh = save and config is not None and not config.exists()
    settings = opened(data_dir, None if fresh else config, quiet, verbose)
    from open311_etl import probe as room

    known = room.known_as(target, settings)
    name = name or room.name_for(known)
    file = config or settings.config_file or Path("open311.toml")
    if save:
        room.room_for(name, file, force=force)
    screen.say(f"probe of {known.url} with at most {screen.many(budget, 'request')}")
    found = room.probe(
        target, settings, budget=budget, jurisdiction_id=jurisdiction_id, say=screen.say
    )
    if as_json:
        screen.out_json(found.as_dict())
    else:
        _show(found)
        screen.out(f"\n{found.toml(name).rstrip()}")
    _end(found)
    if found.error is None and save:
        room.save(found, name, file, force=force)
        screen.say(f'saved in {file} as [sources.{name}]; "open311-etl pull {name}" reads it')
    return found.error.exit_code if found.error else 0


COMMANDS = ((probe, PROBE),)


def _show(found: Probe) -> None:
    """Give all that was learnt as a table, what is unknown without a value."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("trait", no_wrap=True)
    table.add_column("value", overflow="fold", min_width=20)
    table.add_column("how sure", no_wrap=True)
    table.add_column("evidence", overflow="fold")
    for trait in found.traits:
        value = "-" if trait.value is None else str(trait.value)
        cells = (trait.name, value, trait.confidence, trait.evidence)
        style = "dim" if trait.value is None else ""
        table.add_row(*(Text(screen.clean(cell), style=style) for cell in cells))
    screen.show(table)


def _end(found: Probe) -> None:
    """Say what it took and what is left unknown; name the error where the server went away."""
    took = f"{screen.many(found.requests, 'request')} in {found.seconds:.0f} s"
    unknown = [trait.name for trait in found.traits if trait.value is None]
    screen.say(f"{took}; unknown: {', '.join(unknown)}" if unknown else took)
    if found.error is not None:
        screen.warn(f"the server went away: {found.error}")
        if found.requests:
            screen.say("the profile is of what was learnt before, and is not saved")
