"""What a run has to read: the range that was asked for, what is new, what is owed, what settles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from open311_etl import windows
from open311_etl.config import Source
from open311_etl.ledger import Span
from open311_etl.model import Run, Verdict, Window

FIRST_DAYS = 90
"""How far a first pull goes back where no start is given."""

LONGEST_SETTLING = timedelta(days=90)
"""For so long at most late rows of a day are looked for, however late some were."""

_HOUR = timedelta(hours=1)
_DAY = timedelta(hours=22)
"""What is read once a day is due a little earlier on the next one."""

_YOUNGEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Item:
    """One window to read, and why: ``asked``, ``new``, ``settling``, ``pending``, ``rolling``,
    ``debt`` or ``follow``."""

    window: Window
    why: str


def agenda(
    spans: Sequence[Span],
    source: Source,
    run: Run,
    done: Iterable[tuple[datetime, datetime]] = (),
    *,
    late_days: float = 0,
    widest: float = 0,
) -> list[Item]:
    """Give the windows that a run has to read, oldest first, none inside another.

    Takes the coverage so far, the spans that this run has read already (it was interrupted and goes
    on), how late rows of a day are known to appear, and how many hours a window may span that is
    read again. With a start, the range from it is read, known or not; without, what no reading
    covers, young windows until they settle, and a share of the old ones. Debt that is due is always
    among them.
    """
    end = run.as_of
    start = run.start or (spans[0].start if spans else end - timedelta(days=FIRST_DAYS))
    wanted: list[tuple[datetime, datetime, str]] = []
    if run.start is not None:
        wanted.append((start, end, "asked"))
    else:
        known = [(span.start, span.end) for span in spans]
        wanted += [(*gap, "new") for gap in windows.uncovered(start, end, known)]
        settle = settling(source, late_days)
        wanted += [
            (span.start, span.end, why) for span in spans if (why := _young(span, settle, end))
        ]
        wanted += [(*each, "rolling") for each in _rolling(spans, source, settle, end)]
    items = {item.window: item for item in _cut(wanted, source, widest, end)}
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


def settling(source: Source, late_days: float) -> timedelta:
    """Give how long late rows of a day are looked for: as the profile says, or for twice as long as
    they were seen to take."""
    learnt = min(timedelta(days=2 * late_days), LONGEST_SETTLING)
    return max(timedelta(days=source.settle_days), learnt)


def _young(span: Span, settle: timedelta, now: datetime) -> str:
    """Say why a span that was read is read again: late rows appear, and entries get their id.

    A span with pending entries is read at each run, another one whenever its age at the last
    reading has doubled, but every day. When it was read ``settle`` after its end, it has settled;
    only entries that are pending still are looked for whenever its age has doubled.
    """
    age_read = max(span.read_at - span.end, _HOUR)
    doubled = now - span.end >= 2 * age_read
    if span.verdict is Verdict.PROVISIONAL and (now - span.end <= settle or doubled):
        return "pending"
    young = span.verdict is Verdict.PROVEN and age_read < settle
    return "settling" if young and (doubled or now - span.read_at >= _DAY) else ""


def _rolling(
    spans: Sequence[Span], source: Source, settle: timedelta, now: datetime
) -> list[tuple[datetime, datetime]]:
    """Give a share of the windows that have settled, the least recently read first.

    So much that all are read again in ``resweep_days``: requests enter old windows by moderation
    and imports, and leave them without a trace (Q-LIFE-1, Q-LIFE-2).
    """
    old = [
        (span.read_at, window.start, window.end)
        for span in spans
        if span.verdict is Verdict.PROVEN and span.read_at - span.end >= settle
        for window in windows.plan(span.start, span.end, _hours(source))
    ]
    if not old or not source.resweep_days:
        return []
    passed = now - max(span.read_at for span in spans)
    share = min(1.0, passed / timedelta(days=source.resweep_days))
    count = math.ceil(len(old) * max(0.0, share))
    return [(start, end) for read_at, start, end in sorted(old)[:count] if now - read_at >= _DAY]


def _cut(
    wanted: list[tuple[datetime, datetime, str]], source: Source, widest: float, now: datetime
) -> list[Item]:
    """Cut what is wanted into windows of the source's width; reasons that touch become one.

    Windows that are read again may be wider, which saves the pages that hold little; but not among
    the last days, where entries without an id would have a wide one read again and again.
    """
    if source.date_filter == "ignored" and wanted:
        start, end = min(each[0] for each in wanted), max(each[1] for each in wanted)
        return [Item(Window(start, end), wanted[0][2])]
    items: dict[Window, Item] = {}
    for start, end, why in sorted(_joined(wanted)):
        again = why in ("settling", "rolling")
        calm = max(start, min(end, now - _YOUNGEST)) if again else start
        wide = windows.plan(start, calm, max(widest, _hours(source)))
        for window in wide + windows.plan(calm, end, _hours(source)):
            items.setdefault(window, Item(window, why))
    return list(items.values())


def _hours(source: Source) -> float:
    return min(source.window_hours, source.max_span_days * 24)


def _joined(wanted: list[tuple[datetime, datetime, str]]) -> list[tuple[datetime, datetime, str]]:
    joined: list[tuple[datetime, datetime, str]] = []
    for start, end, why in sorted(wanted):
        if joined and joined[-1][1] >= start and joined[-1][2] == why:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), why)
        else:
            joined.append((start, end, why))
    return joined
