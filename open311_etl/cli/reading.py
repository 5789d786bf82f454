"""``status`` and ``sources``: how things stand, and what is known."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

from typing import Annotated

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

MaybeSource = Annotated[
    str | None,
    typer.Argument(
        metavar="SOURCE",
        help="One of them only.",
        autocompletion=source_names,
        show_default=False,
    ),
]

STATUS = """
  open311-etl status
  open311-etl status chicago
  open311-etl status chicago --json | jq '.[0].debt'
"""


def status(
    source: MaybeSource = None,
    *,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Show how fresh and complete the data are, and what is owed.

    Without SOURCE: a line for each one that was ever pulled.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl import status as room

    found = room.status(settings, source)
    if found[0].read_from != settings.warehouse:
        screen.note(
            f"{screen.NAME}: a pull holds the warehouse, so this is what is published: "
            f"{found[0].read_from}"
        )
    if as_json:
        screen.out_json(found)
        return
    from open311_etl.cli import standing

    if len(found) == 1:
        standing.show(found[0])
    else:
        standing.show_all(found)
        screen.say(f'"{screen.NAME} status SOURCE" shows all of one')


SOURCES = """
  open311-etl sources
  open311-etl sources chicago
  open311-etl sources --json | jq -r '.[] | select(.life == "alive") | .name'
"""


def sources(
    source: MaybeSource = None,
    *,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """List the known sources, or show the whole profile of one.

    A profile is shown as it may stand in your open311.toml, to change what you like.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl.cli import profiles

    if source is not None:
        profile = settings.source(source)
        if as_json:
            screen.out_json(profiles.facts(profile))
        else:
            screen.out(profiles.toml(profile))
        return
    listed = [settings.sources[name] for name in sorted(settings.sources)]
    if as_json:
        screen.out_json([profiles.facts(each) for each in listed])
    else:
        profiles.show_all(listed)


COMMANDS = ((status, STATUS), (sources, SOURCES))
