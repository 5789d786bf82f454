"""What the demo shows in the end; each number is an answer of SQL on the published database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from open311_etl import warehouse
from open311_etl.cli import screen
from open311_etl.cli.standing import share
from open311_etl.config import Settings
from open311_etl.query import query

BAR = 30


def show(settings: Settings, zone: str, ways_on: Sequence[str]) -> None:
    """Give the summary of a demo on stdout, and the commands to try next."""

    def ask(name: str, **values: object) -> list[dict[str, Any]]:
        (sql,) = warehouse.statements(f"demo/{name}")
        rows: list[dict[str, Any]] = query(settings, sql, values).to_pylist()
        return rows

    (arrivals,), (pending,), (coverage,) = ask("arrivals"), ask("pending"), ask("coverage")
    screen.show(
        *_titled("Pulls, by the city's clock", _pulls(ask("pulls"))),
        *_titled("What the second pull found", _found(arrivals, ask("pulls")[-1])),
        *_titled("Requests by day", _days(ask("by_day", zone=zone))),
        *_titled("Requests by status", _statuses(ask("by_status"))),
        *_titled("Top services, by the catalog's names", _services(ask("top_services"))),
        *_titled("Completeness", _completeness(coverage, pending)),
        *_titled("Files", _files(settings)),
        *_titled("Try next", *(Text(f"  {each}") for each in ways_on)),
    )


def _titled(title: str, *content: RenderableType) -> list[RenderableType]:
    return [Text(title, style="bold"), *content, ""]


def _pulls(pulls: Sequence[dict[str, Any]]) -> Table:
    table = _table(
        "", "windows", "entries", "new", "changed", "known", "no id", "seconds", "rows/s"
    )
    for each in pulls:
        numbers = ("windows", "entries", "new", "changed", "known", "pending")
        table.add_row(
            f"  {each['as_of']:%b %d %H:%M}",
            *(f"{each[name]:,}" for name in numbers),
            f"{each['seconds']:.1f}",
            f"{each['rows_per_second']:,.0f}",
        )
    return table


def _found(arrivals: dict[str, Any], pull: dict[str, Any]) -> Table:
    return screen.pairs(
        {
            "  new": f"{arrivals['fresh']:,} requests made since the first pull",
            "  with an id": f"{arrivals['pended']:,} that had none then",
            "  late": f"{arrivals['late']:,} made before it, but not shown by the city then",
            "  changed": f"{pull['changed']:,}; the version before is kept",
        }
    )


def _days(days: Sequence[dict[str, Any]]) -> Table:
    most = max((each["requests"] for each in days), default=1)
    table = _table("", "requests", "open", "")
    for each in reversed(days):
        bar = "█" * max(1, round(BAR * each["requests"] / most))
        numbers = (f"{each['requests']:,}", f"{each['still_open']:,}")
        table.add_row(f"  {each['day']:%a %Y-%m-%d}", *numbers, Text(bar, style="cyan"))
    table.columns[-1].justify = "left"
    return table


def _statuses(statuses: Sequence[dict[str, Any]]) -> Table:
    table = _table("", "requests", "median days to close")
    for each in statuses:
        days = each["days_to_close"]
        table.add_row(
            f"  {each['status']}",
            f"{each['requests']:,}",
            f"{days:.1f}" if days is not None else "",
        )
    return table


def _services(services: Sequence[dict[str, Any]]) -> Table:
    table = _table("", "requests", "")
    for each in services:
        table.add_row(f"  {each['service']}", f"{each['requests']:,}", each["service_group"] or "")
    table.columns[-1].justify = "left"
    return table


def _completeness(coverage: dict[str, Any], pending: dict[str, Any]) -> Table:
    since, until = screen.when(coverage["first_start"]), screen.when(coverage["last_end"])
    return screen.pairs(
        {
            "  proven": f"{share(coverage['proven'])} of {since} to {until}",
            "  failed": f"{coverage['failed']:,} windows could not be read, or not be trusted",
            "  no id": f"{pending['dropped']:,} entries were dropped for want of an id; "
            f"{pending['got_one']:,} of them got one later, {pending['waiting']:,} still wait",
        }
    )


def _files(settings: Settings) -> Table:
    return screen.pairs(
        {
            f"  {settings.warehouse}": "the warehouse: tables, history, ledger",
            f"  {settings.published / settings.warehouse.name}": "what readers open",
            f"  {settings.lake}/": "the same as Parquet",
            f"  {settings.landing}/": "every answer as it was received",
        }
    )


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    return table
