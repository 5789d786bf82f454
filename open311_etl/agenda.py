"""What a run has to read: the range that was asked for, what is new, what is owed, what settles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from open311_etl import windows
from open311_etl.config import Source
from open311_etl.ledger import Span
from open311_etl.model import Run, Verdict, Window

FIRST_DAYS = 90
"""How far a first pull goes back where no start is given."""


@dataclass(frozen=True, slots=True)
class Item:
    """One window to read, and why: ``asked``, ``new``, ``settling``, ``pending`` or ``debt``."""

    window: Window
    why: str


def agenda(
    spans: Sequence[Span], source: Source, run: Run, done: Iterable[tuple[datetime, datetime]] = ()
) -> list[Item]:
    """Give the windows that a run has to read, oldest first, none inside another.

    Takes the coverage so far, and the spans that this run has read already (it was interrupted and
    goes on). With a start, the range from it is read, known or not; without, what no reading
    covers, and young windows until they settle. Debt that is due is always among them.
    """
    end = run.as_of
    start = run.start or (spans[0].start if spans else end - timedelta(days=FIRST_DAYS))
    wanted: list[tuple[datetime, datetime, str]] = []
    if run.start is not None:
        wanted.append((start, end, "asked"))
    else:
        known = [(span.start, span.end) for span in spans]
        wanted += [(*gap, "new") for gap in windows.uncovered(start, end, known)]
        wanted += [
            (span.start, span.end, why) for span in spans if (why := _young(span, source, end))
        ]
    items = {item.window: item for item in _cut(wanted, source)}
    covered = [(item.window.start, item.window.end) for item in items.values()]
    for span in spans:
        owed = span.verdict in (Verdict.SUSPECT, Verdict.BLOCKED)
        due = span.next_try_at is None or span.next_try_at <= end
        if owed and due and windows.uncovered(span.start, span.end, covered):
            items[Window(span.start, span.end)] = Item(Window(span.start, span.end), "debt")
    finished = list(done)
    return sorted(
        (
            item
            for item in items.values()
            if windows.uncovered(item.window.start, item.window.end, finished)
        ),
        key=lambda item: (item.window.start, item.window.end),
    )


def _young(span: Span, source: Source, now: datetime) -> str:
    """Say why a span that was read is read again: late rows appear, and entries get their id.

    A span with pending entries is read at each run; another one whenever its age at the last
    reading has doubled. Both end when it was read ``settle_days`` after its end.
    """
    settle = timedelta(days=source.settle_days)
    if span.verdict is Verdict.PROVISIONAL and now - span.end <= settle:
        return "pending"
    age_read = max(span.read_at - span.end, timedelta(hours=1))
    if span.verdict is Verdict.PROVEN and age_read < settle and now - span.end >= 2 * age_read:
        return "settling"
    return ""


def _cut(wanted: list[tuple[datetime, datetime, str]], source: Source) -> list[Item]:
    """Cut what is wanted into windows of the source's width; reasons that touch become one."""
    if source.date_filter == "ignored" and wanted:
        start, end = min(each[0] for each in wanted), max(each[1] for each in wanted)
        return [Item(Window(start, end), wanted[0][2])]
    hours = min(source.window_hours, source.max_span_days * 24)
    items: dict[Window, Item] = {}
    for start, end, why in sorted(_joined(wanted)):
        for window in windows.plan(start, end, hours):
            items.setdefault(window, Item(window, why))
    return list(items.values())


def _joined(wanted: list[tuple[datetime, datetime, str]]) -> list[tuple[datetime, datetime, str]]:
    joined: list[tuple[datetime, datetime, str]] = []
    for start, end, why in sorted(wanted):
        if joined and joined[-1][1] >= start and joined[-1][2] == why:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), why)
        else:
            joined.append((start, end, why))
    return joined
