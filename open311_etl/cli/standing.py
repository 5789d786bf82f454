"""How things stand with the sources, laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import RenderableType
from rich.table import Table

from open311_etl.cli import screen
from open311_etl.ledger import Debt
from open311_etl.status import SourceStatus

SHOWN_DEBTS = 20


def show_all(found: Sequence[SourceStatus]) -> None:
    """Give one line for each source."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("source", "requests", "newest request", "proven to", "debt", "last run"):
        right = column in ("requests", "debt")
        table.add_column(column, justify="right" if right else "left", no_wrap=column == "source")
    for each in found:
        table.add_row(
            each.source,
            f"{each.requests:,}",
            _minute(each.newest_requested),
            _minute(each.watermark),
            f"{len(each.debt):,}",
            _last_run(each),
        )
    screen.show(table)


def show(each: SourceStatus) -> None:
    """Give all that is known of one source."""
    lines = {
        each.source: each.title,
        "  newest": f"{screen.when(each.newest_requested)} requested, "
        f"{screen.when(each.newest_updated)} updated",
        "  last run": _last_run(each),
        "  holds": _holdings(each),
        "  catalog": _catalog(each),
        "  covered": f"{screen.when(each.first_start)} to {screen.when(each.last_end)}"
        if each.first_start
        else "nothing yet",
        "": ", ".join(
            f"{share(part.share)} {part.verdict} ({screen.many(part.spans, 'span')})"
            for part in each.coverage
        ),
        "  proven to": screen.when(each.watermark),
        "  pending": _pending(each),
        "  quarantine": _counted(each.quarantined) or "empty",
        "  debt": f"{len(each.debt):,}, named below" if each.debt else "none",
    }
    tables: list[RenderableType] = [screen.pairs(lines)]
    if each.debt:
        tables += ["", _debts(each.debt)]
    if each.alarms:
        tables += ["", _alarms(each)]
    screen.show(*tables, "", _runs(each))


def share(part: float) -> str:
    """Write a share in per cent; what is nearly all is not called all."""
    percent = 100 * part
    if 0 < percent < 0.1:
        return "<0.1 %"
    if 99.9 < percent < 100:
        return ">99.9 %"
    return f"{percent:.1f} %".replace(".0 %", " %")


def _debts(debts: Sequence[Debt]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("debt", "from", "length", "since", "next try", "reason"):
        table.add_column(column, no_wrap=column in ("debt", "from"), overflow="fold")
    now = datetime.now(UTC)
    for debt in debts[:SHOWN_DEBTS]:
        table.add_row(
            debt.kind,
            _minute(debt.start),
            screen.span(debt.end - debt.start),
            screen.ago(debt.since, now) if debt.since else "",
            _next_try(debt, now),
            f"{screen.many(debt.entries, 'entry', 'entries')} without an id"
            if debt.kind == "pending" and debt.entries
            else f"{screen.many(debt.entries, 'request')} {debt.reason}"
            if debt.kind == "stale" and debt.entries
            else debt.reason,
        )
    if len(debts) > SHOWN_DEBTS:
        table.add_row(f"and {len(debts) - SHOWN_DEBTS:,} more: --json gives all")
    return table


def _next_try(debt: Debt, now: datetime) -> str:
    if debt.kind in ("pending", "unread", "stale"):
        return "next run"
    tried = f", {screen.many(debt.tries, 'try', 'tries')} so far" if debt.tries else ""
    due = debt.next_try_at is None or debt.next_try_at <= now
    return ("next run" if due else screen.ago(debt.next_try_at or now, now)) + tried


def _runs(each: SourceStatus) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("last runs", "took", "result", "requests", "message"):
        right = column == "requests"
        free = column == "message"
        table.add_column(
            column, justify="right" if right else "left", no_wrap=not free, overflow="fold"
        )
    for run in each.runs:
        table.add_row(
            _minute(run.started_at),
            screen.span(run.ended_at - run.started_at) if run.ended_at else "",
            run.result or "running, or cut short",
            f"{run.requests:,}",
            run.message or "",
        )
    return table


def _alarms(each: SourceStatus) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("alarms", "severity", "message"):
        table.add_column(column, no_wrap=column != "message", overflow="fold")
    for alarm in each.alarms:
        table.add_row(_minute(alarm.seen_at), alarm.severity, alarm.message)
    return table


def _last_run(each: SourceStatus) -> str:
    if each.last_finished is None:
        return "never finished"
    said = screen.ago(each.last_finished, datetime.now(UTC))
    return said if each.last_finished == each.last_complete else f"{said}, with debt"


def _holdings(each: SourceStatus) -> str:
    gone = f", {each.gone:,} gone" if each.gone else ""
    return (
        f"{screen.many(each.requests, 'request')} ({_counted(each.by_status) or 'none'}{gone}) "
        f"in {screen.many(each.versions, 'version')}"
    )


def _catalog(each: SourceStatus) -> str:
    offered, retired, unlisted = (each.services[key] for key in ("offered", "retired", "unlisted"))
    fault = each.services["fault"]
    return (
        f"{screen.many(offered, 'service')} offered, {retired:,} retired, "
        f"{unlisted:,} seen in requests only{f'; {fault}' if fault else ''}"
    )


def _pending(each: SourceStatus) -> str:
    ends = ", ".join(f"{count:,} {_ENDS.get(end, end)}" for end, count in each.resolved.items())
    return f"{each.waiting:,} wait for an id" + (f"; {ends}" if ends else "")


_ENDS = {
    "token": "got one (found by token)",
    "place and time": "got one (found by place and time)",
    "no longer listed": "no longer listed",
}


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else "never"
