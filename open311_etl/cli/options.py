"""What all commands take, and the settings that come of it."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from open311_etl.cli import screen
from open311_etl.errors import Open311Error

if TYPE_CHECKING:
    from open311_etl.config import Settings


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        screen.out(f"{screen.NAME} {version('open311-etl')}")
        raise typer.Exit


def source_names(incomplete: str) -> list[str]:
    """Give the known names that begin so, for the shell's completion."""
    from open311_etl.config import load_settings

    try:
        return [name for name in load_settings().sources if name.startswith(incomplete)]
    except Open311Error:
        return []


def at_least(least: float) -> Callable[[float | None], float | None]:
    """Give what refuses a value of an option that is too small."""

    def check(value: float | None) -> float | None:
        if value is not None and value < least:
            raise typer.BadParameter(f"{value} is less than {least}")
        return value

    return check


SourceName = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help='A name that "open311-etl sources" lists.',
        autocompletion=source_names,
        show_default=False,
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        help="Where the data is: OPEN311_DATA_DIR, else ./data.",
        show_default=False,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Your sources: OPEN311_CONFIG, else ./open311.toml if it is there.",
        show_default=False,
    ),
]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose", "-v", count=True, help="Say more, on stderr; -vv all.", show_default=False
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors and debts.")]
AsJson = Annotated[bool, typer.Option("--json", help="Give the result as JSON.")]
Version = Annotated[
    bool,
    typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
]


def opened(
    data_dir: Path | None = None, config: Path | None = None, quiet: bool = False, verbose: int = 0
) -> Settings:
    """Give the settings that a command works with, and set how much it says."""
    screen.set_loudness(quiet, verbose)
    from open311_etl.config import load_settings

    return load_settings(data_dir, config)
