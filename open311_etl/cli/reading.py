"""``status``, ``sources`` and ``query``: what reads, and changes nothing."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

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
from open311_etl.errors import UsageError, WarehouseError

if TYPE_CHECKING:
    from open311_etl.query import Answer

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


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


QUERY = """
  open311-etl query "FROM service_requests LIMIT 5"
  open311-etl query 'SELECT status, count(*) AS n FROM service_requests
    WHERE source = $city GROUP BY ALL' -p city=chicago --format csv
  open311-etl query -f report.sql -o report.parquet
"""


def query(
    sql: Annotated[
        str | None,
        typer.Argument(metavar="SQL", help="One query.", show_default=False),
    ] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            "-f",
            metavar="FILE",
            help="Read the SQL from FILE, - for stdin.",
            show_default=False,
        ),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            "-p",
            metavar="NAME=VALUE",
            help="A value for $NAME, bound as text.",
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="table, if nothing is said and FILE's name does not say it.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to FILE.", show_default=False),
    ] = None,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Run SQL, read-only, over the published data.

    Where nothing is published yet, over the warehouse. The SQL can neither write nor read other
    files. Times are UTC. On a terminal a table shows the first rows; in a pipe or a file it has
    all of them.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl.query import asking

    form = form or _form_of(output)
    text = _sql(sql, file)
    with asking(settings, text, _parameters(parameter or [])) as answer:
        if output is not None:
            _write_file(answer, form, output)
        elif form is Format.TABLE and sys.stdout.isatty():
            from open311_etl.cli import formats

            formats.show_table(answer)
        elif form is Format.PARQUET and sys.stdout.isatty():
            raise UsageError("Parquet is not for a terminal; name a file with -o, or use a pipe")
        else:
            _write(answer, form, sys.stdout.buffer)
            sys.stdout.buffer.flush()


COMMANDS = ((status, STATUS), (sources, SOURCES), (query, QUERY))


def _form_of(output: Path | None) -> Format:
    suffix = output.suffix.lstrip(".").lower() if output else ""
    return Format(suffix) if suffix in list(Format) else Format.TABLE


def _sql(sql: str | None, file: Path | None) -> str:
    if (sql is None) == (file is None):
        raise UsageError('give either SQL or -f FILE ("open311-etl query --help" shows how)')
    if file is None:
        return sql or ""
    if str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from None


def _parameters(given: list[str]) -> dict[str, str]:
    values = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name.strip().isidentifier():
            raise UsageError(f'a parameter is written NAME=VALUE, not "{each}"')
        values[name.strip()] = value
    return values


def _write_file(answer: Answer, form: Format, output: Path) -> None:
    """Write an answer to a file that appears whole, or stays as it was."""
    part = output.with_name(f".{output.name}.part")
    try:
        with part.open("wb") as out:
            count = _write(answer, form, out)
        part.replace(output)
    except OSError as error:
        raise WarehouseError(f"{output}: cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    screen.say(f"{output}: {screen.many(count, 'row')}")


def _write(answer: Answer, form: Format, out: IO[bytes]) -> int:
    from open311_etl.cli import formats

    writers = {
        Format.TABLE: formats.write_table,
        Format.CSV: formats.write_csv,
        Format.JSON: formats.write_json,
        Format.PARQUET: formats.write_parquet,
    }
    return writers[form](answer, out)
