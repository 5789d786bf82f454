"""``check``: data tests over what is stored."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from open311_etl.cli import screen
from open311_etl.cli.options import AsJson, Config, DataDir, Quiet, Verbose, opened, source_names

if TYPE_CHECKING:
    from open311_etl.checks import Check
    from open311_etl.config import Settings

CHECK = """
  open311-etl check
  open311-etl check chicago
  open311-etl check --json | jq '.[] | select(.count > 0)'
"""


def check(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE",
            help="One of them only.",
            autocompletion=source_names,
            show_default=False,
        ),
    ] = None,
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only those that each pull runs at its end.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Test whether what is stored is sound.

    Looks at keys, versions, ledger, times, places, volume, fill rates and freshness. Each finding
    comes with what to do. Exit code 0: nothing found, or warnings only; 1: an error was found.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl import checks

    found = checks.check(settings, source, quick=quick)
    if as_json:
        screen.out_json(found)
    else:
        _show(found)
        tell(checks.violated(found))
    return checks.exit_code(found)


def after_pull(settings: Settings) -> list[Check]:
    """Run the checks of each pull and name what they find; give those that found something."""
    from open311_etl import checks

    found = checks.violated(checks.check(settings, quick=True))
    tell(found)
    return found


def tell(found: Sequence[Check]) -> None:
    """Name what some checks found, one line for each."""
    for each in found:
        screen.warn(str(each))


def _show(found: Sequence[Check]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("check", "result", "violations"):
        table.add_column(column, justify="right" if column == "violations" else "left")
    for each in found:
        table.add_row(each.name, each.severity if each.count else "ok", f"{each.count:,}")
    screen.show(table)


COMMANDS = ((check, CHECK),)
