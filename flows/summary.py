"""What a pull came to, in words: a line, Markdown, and tables for Prefect's artifacts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from open311_etl.ledger import Debt
from open311_etl.model import Verdict
from open311_etl.session import PullReport

if TYPE_CHECKING:
    from open311_etl.publish import PublishReport

MOST_DEBTS = 100
"""So many debts are listed one by one; how many more there are is said."""

_FATES = ("new", "changed", "unchanged", "stale", "repeated", "pending", "quarantined")


def line(report: PullReport) -> str:
    """Say in one line how the pull of a source ended and what it gave."""
    counts = report.counts
    verdicts = ", ".join(f"{counts[each]:,} {each}" for each in Verdict if counts[each])
    fates = ", ".join(f"{counts[each]:,} {each}" for each in _FATES if counts[each])
    outcome = "failed" if report.error else "with debt" if report.debt else "complete"
    return (
        f"{report.source}: {outcome}; {windows(counts['windows'])}"
        f"{f' ({verdicts})' if verdicts else ''}, {counts['records']:,} entries"
        f"{f' ({fates})' if fates else ''}; proven up to {_when(report.watermark)}"
    )


def windows(count: int) -> str:
    """Write a number of windows."""
    return "1 window" if count == 1 else f"{count:,} windows"


def owed(debts: Sequence[Debt], most: int = 3) -> str:
    """Say in one line what is known to be missing: the first few, and how many more."""
    named = "; ".join(str(each) for each in debts[:most])
    return f"with debt: {named}" + (f"; and {len(debts) - most:,} more" if debts[most:] else "")


def shown(report: PublishReport) -> str:
    """Say in one line what readers find now."""
    return (
        f"published: {sum(report.rows.values()):,} rows in {len(report.rows)} tables; partitions: "
        f"{report.written:,} written, {report.unchanged:,} unchanged, {report.removed:,} removed; "
        f"{'new' if report.renewed else 'same'} snapshot {report.snapshot}"
    )


def text(reports: Sequence[PullReport], published: PublishReport | None = None) -> str:
    """Give what some pulls came to as lines for a terminal: outcome, alarms and debt of each."""
    lines: list[str] = []
    for report in reports:
        lines.append(line(report))
        if report.error:
            lines.append(f"  {report.error}")
        lines += [f"  alarm: {each}" for each in report.alarms]
        lines += [f"  debt: {each}" for each in report.debt[:MOST_DEBTS]]
        if len(report.debt) > MOST_DEBTS:
            lines.append(f"  debt: and {len(report.debt) - MOST_DEBTS:,} more")
    return "\n".join([*lines, *([shown(published)] if published else [])])


def markdown(report: PullReport) -> str:
    """Describe the pull of a source in Markdown."""
    catalog = "refreshed before by this run"
    if report.services:
        catalog = (
            f"{report.services.listed:,} services listed, {report.services.definitions:,} "
            f"definitions read, {report.services.verdict} {report.services.reason}".strip()
        )
    facts = {
        "Outcome": str(report.error or line(report).partition(": ")[2]),
        "Run": f"`{report.run_id}`{' (resumed)' if report.resumed else ''}",
        "As of": _when(report.as_of),
        "Proven up to": _when(report.watermark),
        "Catalog": catalog,
        "Requests": f"{report.requests:,} in {report.seconds:,.1f} s",
    }
    rows = [f"| {key} | {_cell(value)} |" for key, value in facts.items()]
    parts = [f"# {report.source}", "\n".join(["| | |", "|---|---|", *rows])]
    if report.alarms:
        parts += ["## Alarms", "\n".join(f"- {each}" for each in report.alarms)]
    if report.debt:
        debts = [f"- {each}" for each in report.debt[:MOST_DEBTS]]
        more = len(report.debt) - MOST_DEBTS
        parts += ["## Debt", "\n".join([*debts, *([f"- and {more:,} more"] if more > 0 else [])])]
    return "\n\n".join(parts) + "\n"


def counted(report: PullReport) -> list[dict[str, Any]]:
    """Give windows by verdict, and entries by what became of them, as rows of a table."""
    verdicts = [
        {"of": "windows", "are": str(each), "count": report.counts[each]} for each in Verdict
    ]
    return verdicts + [
        {"of": "entries", "are": each, "count": report.counts[each]} for each in _FATES
    ]


def debts(report: PullReport) -> list[dict[str, Any]]:
    """Give the debt of a source as rows of a table, the oldest first."""
    return [
        {
            "kind": each.kind,
            "from": _when(each.start),
            "to": _when(each.end),
            "entries": each.entries,
            "tries": each.tries,
            "next try": _when(each.next_try_at),
            "reason": each.reason,
        }
        for each in report.debt[:MOST_DEBTS]
    ]


async def keep(report: PullReport) -> None:
    """Keep what the pull of a source came to as artifacts of its run."""
    name = key(report.source)
    await acreate_markdown_artifact(markdown(report), key=name, description=line(report))
    await acreate_table_artifact(
        counted(report), key=f"{name}-counts", description=f"What the run of {report.source} read"
    )
    if report.debt:
        await acreate_table_artifact(
            debts(report), key=f"{name}-debt", description=f"What is missing of {report.source}"
        )


async def keep_all(reports: Sequence[PullReport], published: PublishReport | None) -> None:
    """Keep what a whole run came to as artifacts: in words, and the rows of each table."""
    parts = [*(markdown(each) for each in reports), shown(published) if published else ""]
    await acreate_markdown_artifact("\n".join(parts), key="open311-pull")
    if published:
        rows = [{"table": name, "rows": count} for name, count in published.rows.items()]
        await acreate_table_artifact(rows, key="open311-published", description=shown(published))


def key(name: str) -> str:
    """Give the artifact key of a source: Prefect allows lower-case letters, digits and dashes."""
    return "open311-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else "-"


def _cell(value: str) -> str:
    return value.replace("|", "\\|").replace("\n", " ")
