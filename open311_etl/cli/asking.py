"""``query``: SQL over what is published, one's own or that of a recipe."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from open311_etl.cli import screen
from open311_etl.cli.options import Config, DataDir, Quiet, Verbose, opened
from open311_etl.errors import Open311Error, UsageError, WarehouseError

if TYPE_CHECKING:
    from open311_etl.query import Answer


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def recipe_names(incomplete: str) -> list[str]:
    """Give the recipes whose names begin so, for the shell's completion."""
    from open311_etl.recipes import recipes

    try:
        return [each.name for each in recipes() if each.name.startswith(incomplete)]
    except Open311Error:
        return []


QUERY = """
  open311-etl query "FROM service_requests LIMIT 5"
  open311-etl query 'SELECT status, count(*) AS n FROM service_requests
    WHERE source = $city GROUP BY ALL' -p city=chicago --format csv
  open311-etl query -f report.sql -o report.parquet
  open311-etl query --recipes
  open311-etl query --recipe busiest-services
  open311-etl query --recipe busiest-services --sql > mine.sql
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
    recipe: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Run the SQL of a recipe.",
            autocompletion=recipe_names,
            show_default=False,
        ),
    ] = None,
    recipes: Annotated[
        bool, typer.Option("--recipes", help="List the recipes: questions often asked.")
    ] = False,
    only_sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL of the recipe instead of running it.")
    ] = False,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
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
    if recipes:
        _list_recipes(form)
        return
    text = _sql(sql, file, recipe)
    if only_sql:
        if recipe is None:
            raise UsageError("--sql prints the SQL of a recipe: name one with --recipe")
        screen.out(text.rstrip("\n"))
        return
    from open311_etl.query import asking

    form = form or _form_of(output)
    with asking(settings, text, _parameters(parameter or [])) as answer:
        if answer.file == settings.warehouse:
            screen.say(f"nothing is published yet, so this is the warehouse: {answer.file}")
        _give(answer, form, output)


COMMANDS = ((query, QUERY),)


def _list_recipes(form: Format | None) -> None:
    """Give all recipes: for people by topic, for programs as JSON."""
    from open311_etl.recipes import recipes

    found = recipes()
    if form is Format.JSON:
        screen.out_json(found)
        return
    if form is not None and form is not Format.TABLE:
        raise UsageError("--recipes are listed as table or json")
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("about")
    table.add_column("recipe", no_wrap=True)
    table.add_column("question", overflow="fold")
    before = ""
    for each in found:
        table.add_row(each.topic if each.topic != before else "", each.name, each.question)
        before = each.topic
    screen.show(table)
    screen.say(f'"{screen.NAME} query --recipe NAME" runs one; --sql shows how it counts')


def _form_of(output: Path | None) -> Format:
    suffix = output.suffix.lstrip(".").lower() if output else ""
    return Format(suffix) if suffix in list(Format) else Format.TABLE


def _sql(sql: str | None, file: Path | None, name: str | None) -> str:
    """Give the SQL to run, wherever it is from; raises UsageError unless it is from one place."""
    if [sql, file, name].count(None) != 2:
        raise UsageError(
            f'give either SQL or -f FILE or --recipe NAME ("{screen.NAME} query --help" shows how)'
        )
    if name is not None:
        from open311_etl.recipes import recipe

        return recipe(name).sql
    if file is None:
        return sql or ""
    try:
        if str(file) == "-":
            return sys.stdin.read()
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: cannot be read: it is no text in UTF-8") from None


def _parameters(given: list[str]) -> dict[str, str]:
    values = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name.strip().isidentifier():
            raise UsageError(f'a parameter is written NAME=VALUE, not "{each}"')
        values[name.strip()] = value
    return values


def _give(answer: Answer, form: Format, output: Path | None) -> None:
    """Give an answer where and how it is wanted."""
    if output is not None:
        _write_file(answer, form, output)
    elif form is Format.TABLE and sys.stdout.isatty():
        from open311_etl.cli import formats

        formats.show_table(answer)
    elif form is Format.PARQUET and sys.stdout.isatty():
        raise UsageError("Parquet is not for a terminal; name a file with -o, or use a pipe")
    else:
        with screen.piped() as out:
            _write(answer, form, out)


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
