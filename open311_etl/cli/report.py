"""What a pull came to, or would come to: for people, and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from rich.table import Table

from open311_etl.catalog import CatalogReport
from open311_etl.cli import screen
from open311_etl.errors import Open311Error
from open311_etl.pipeline import Plan
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
    unread = f"none of {report.planned:,} read" if report.planned else "none due"
    lines = {
        report.source: _headline(report),
        "  windows": f"{counts['windows']:,} read: {windows}" if counts["windows"] else unread,
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
    fault = f"; {found.reason}" if found.reason else ""
    return f"{screen.many(found.listed, 'service')}, {definitions} read{fault}"


def show_plan(name: str, plan: Plan, requests: int) -> None:
    """Give the windows that a pull would read, and say what that may cost."""
    if plan.items:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("source", "from", "to", "why"):
            table.add_column(column)
        for item in plan.items:
            table.add_row(name, *map(screen.when, (item.window.start, item.window.end)), item.why)
        screen.show(table)
        whys = [item.why for item in plan.items]
        counts = ", ".join(f"{whys.count(why):,} {why}" for why in dict.fromkeys(whys))
        screen.say(
            f"{name}: {screen.many(len(whys), 'window')} to read ({counts}), about "
            f"{screen.many(requests, 'request')} and those for the catalog; nothing was asked"
        )
    else:
        screen.say(f"{name}: no window is due; a pull would read the catalog, and what changed")
    screen.say(f"{name}: {_following(plan)}")


def _following(plan: Plan) -> str:
    """Say how known requests would be followed, in what calls, and what would be left undone."""
    ways = []
    if plan.changes:
        since = screen.when(plan.changes[0].start)
        ways.append(f"by updated_after since {since}, {screen.many(len(plan.changes), 'span')}")
    follow = plan.follow
    if follow.sweeps:
        ways.append(f"{screen.many(len(follow.sweeps), 'window')} read again")
    if follow.ids:
        lists = f"in lists of {follow.batch}" if follow.batch > 1 else "one by one"
        ways.append(f"{screen.many(len(follow.ids), 'id')} {lists}")
    if follow.singles:
        ways.append(f"{len(follow.singles):,} one by one to check")
    left = f"; {follow.left:,} of them would be left as debt" if follow.left else ""
    return (
        f"{screen.many(follow.due, 'known request')} due to be looked at again beside that: "
        f"{', '.join(ways) or 'none to ask for'}; about {follow.calls:,} of at most "
        f"{screen.many(follow.budget, 'call')}{left}"
    )


def plan_facts(name: str, plan: Plan, requests: int) -> dict[str, Any]:
    """Give a plan as JSON has it."""
    windows = [
        {"start": item.window.start, "end": item.window.end, "why": item.why} for item in plan.items
    ]
    follow = plan.follow
    return {
        "source": name,
        "estimated_requests": requests,
        "windows": windows,
        "updated": [{"start": each.start, "end": each.end} for each in plan.changes],
        "follow": {
            "due": follow.due,
            "left": follow.left,
            "since": follow.since,
            "estimated_requests": follow.calls,
            "most_requests": follow.budget,
            "windows": [{"start": each.start, "end": each.end} for each in follow.sweeps],
            "ids": len(follow.ids),
            "ids_in_a_list": follow.batch,
            "single": len(follow.singles),
        },
    }


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
