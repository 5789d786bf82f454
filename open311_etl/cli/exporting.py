"""``export``: requests or a mart as a file for another program."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from open311_etl.cli import screen
from open311_etl.cli.options import Config, DataDir, Quiet, Verbose, opened, source_names
from open311_etl.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from open311_etl.config import Settings
    from open311_etl.export import Export, Form
    from open311_etl.selection import Wanted


class FormName(StrEnum):
    """The values of ``export.Form``, which is not imported for ``--help``."""

    PARQUET = "parquet"
    GEOPARQUET = "geoparquet"
    CSV = "csv"
    GEOJSON = "geojson"


EXPORT = """
  open311-etl export --source chicago -o chicago.parquet
  open311-etl export --start 2026-11-01 --status open -o open.csv
  open311-etl export --service pothole --columns address,status -o map.geojson
  open311-etl export fact_service_requests -o fact.csv
  open311-etl export --format geojson -o - | gzip > all.geojson.gz
"""


def export(
    table: Annotated[
        str,
        typer.Argument(metavar="[requests|MART]", help="The requests, or a table of schema marts."),
    ] = "requests",
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to; - is stdout (CSV and GeoJSON). Without it: TABLE.parquet here.",
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        FormName | None,
        typer.Option(
            "--format",
            help="What FILE's name ends in, if nothing is said.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Rows of this source only.",
            autocompletion=source_names,
            show_default=False,
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Requested at or after: 2026-03-01 is midnight in the source's zone.",
            show_default=False,
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Requested before this moment.", show_default=False),
    ] = None,
    service: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Of this service, by name or code; again for more.",
            show_default=False,
        ),
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(metavar="STATUS", help="In this status; again for more.", show_default=False),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="These columns, in this order.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Write requests, or a mart, to a file for another program.

    Parquet for everything that can read it; GeoParquet and GeoJSON for maps; CSV for spreadsheets:
    local times, no formulas, numbered files where there are more rows than a spreadsheet opens.
    The file appears when it is whole.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl.export import Form, form_of
    from open311_etl.selection import Wanted

    wanted = Wanted(
        table,
        source,
        start,
        end,
        tuple(service or ()),
        tuple(status or ()),
        tuple(name.strip() for name in columns.split(",")) if columns else (),
    )
    chosen = Form(form.value) if form else form_of(output)
    place = output or Path(f"{table.rpartition('.')[2]}.{chosen}")
    try:
        made = _export(settings, wanted, chosen, place, force=force, quiet=quiet)
    except KeyboardInterrupt:
        raise Interrupted("interrupted; nothing of the export is left behind") from None
    if made.left_out:
        screen.say(f"left out: {', '.join(made.left_out)} (--columns names what you want)")
    if len(made.files) > 1:
        screen.say(
            f"a spreadsheet opens 1,048,576 rows at most, so these are {len(made.files)} files"
        )
    named = ", ".join(map(str, made.files))
    screen.say(
        f"{named}: {screen.many(made.rows, 'row')}" if named else screen.many(made.rows, "row")
    )
    return 0


COMMANDS = ((export, EXPORT),)


def _export(
    settings: Settings, wanted: Wanted, form: Form, place: Path, *, force: bool, quiet: bool
) -> Export:
    """Export to a file with a bar on a terminal, or to stdout."""
    from open311_etl import export as room
    from open311_etl.cli.progress import RowBar

    if str(place) == "-":
        if sys.stdout.isatty() and form is room.Form.GEOJSON:
            raise UsageError("GeoJSON is not for a terminal; name a file with -o, or use a pipe")
        with screen.piped() as out:
            return room.export(settings, wanted, form, out)
        return room.Export((), 0, ())
    with RowBar(str(place), hidden=quiet) as bar:
        return room.export(settings, wanted, form, place, force=force, watch=bar.watch)
