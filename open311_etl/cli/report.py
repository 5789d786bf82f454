"""What a pull came to, or would come to: for people, and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from rich.table import Table

from open311_etl.agenda import Item
from open311_etl.catalog import CatalogReport
from open311_etl.cli import screen
from open311_etl.errors import Open311Error
from open311_etl.publish import PublishReport
from open311_etl.session import PullReport

ENTRIES = {
    "new": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "stale": "stale",
    "repeated": "repeated",
    "pending": "dropped for want of an id",
    "quarantined": "quarantined",
}
"""What may become of an entry, as ``ledger.summary`` counts it, and in words."""

RARE = ("stale", "repeated", "quarantined")
VERDICTS = ("proven", "provisional", "suspect", "blocked")
UNREAD = "nothing yet"

Made = Mapping[str, PullReport | Open311Error]


def show(report: PullReport) -> None:
    """Give the summary of one pull."""
    counts = report.counts
    windows = ", ".join(
        f"{counts[verdict]:,} {verdict}"
        for verdict in VERDICTS
        if counts[verdict] or verdict == "proven"
    )
    entries = ", ".join(
        f"{counts[name]:,} {said}"
        for name, said in ENTRIES.items()
        if counts[name] or name not in RARE
    )
    lines = {
        report.source: _headline(report),
        "  windows": f"{counts['windows']:,} read: {windows}" if counts["windows"] else "none due",
        "  entries": f"{counts['records']:,} read: {entries}",
        "  catalog": catalog(report.services) if report.services else "not read again",
        "  proven to": screen.when(report.watermark) if report.watermark else UNREAD,
        "  effort": f"{screen.many(report.requests, 'request')} in {report.seconds:.1f} s, "
        f"{_speed(report):,.0f} rows/s",
    }
    screen.show(screen.pairs(lines))


def catalog(found: CatalogReport) -> str:
    """Say what a refresh of the catalog came to."""
    definitions = screen.many(found.definitions, "definition")
    return f"{screen.many(found.listed, 'service')}, {definitions} read"


def show_plan(name: str, items: Sequence[Item], requests: int) -> None:
    """Give the windows that a pull would read, and say what that may cost."""
    if not items:
        screen.say(f"{name}: no window is due; a pull would read the catalog, and what changed")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("source", "from", "to", "why"):
        table.add_column(column)
    for item in items:
        table.add_row(name, *map(screen.when, (item.window.start, item.window.end)), item.why)
    screen.show(table)
    whys = [item.why for item in items]
    counts = ", ".join(f"{whys.count(why):,} {why}" for why in dict.fromkeys(whys))
    screen.say(
        f"{name}: {screen.many(len(items), 'window')} to read ({counts}), about "
        f"{screen.many(requests, 'request')} and those for the catalog; nothing was asked"
    )


def plan_facts(name: str, items: Sequence[Item], requests: int) -> dict[str, Any]:
    """Give a plan as JSON has it."""
    windows = [
        {"start": item.window.start, "end": item.window.end, "why": item.why} for item in items
    ]
    return {"source": name, "estimated_requests": requests, "windows": windows}


def facts(made: Made, published: object) -> dict[str, Any]:
    """Give what all pulls came to as JSON has it."""
    sources = [
        _facts(report)
        if isinstance(report, PullReport)
        else {"source": name, "error": str(report), "exit_code": report.exit_code}
        for name, report in made.items()
    ]
    return {"sources": sources, "published": published}


def show_published(published: PublishReport) -> None:
    """Give what a publish came to."""
    rows = ", ".join(f"{count:,} {table}" for table, count in published.rows.items())
    screen.show(
        screen.pairs(
            {
                "readers open": published.snapshot,
                "with": rows,
                "lake": f"{published.written:,} files written, {published.unchanged:,} unchanged, "
                f"{published.removed:,} removed",
            }
        )
    )


def _facts(report: PullReport) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(report, enc_hook=str)
    return {
        **told,
        "unchanged": report.unchanged,
        "rows_per_second": round(_speed(report), 1),
        "exit_code": report.exit_code,
    }


def _headline(report: PullReport) -> str:
    end = "stopped" if report.error else "done, with debt" if report.debt else "complete"
    news = "nothing changed; " if report.unchanged and not report.error else ""
    resumed = "; went on where the last run was cut short" if report.resumed else ""
    return f"{news}{end}{resumed}"


def _speed(report: PullReport) -> float:
    return report.counts["records"] / report.seconds if report.seconds else 0.0
