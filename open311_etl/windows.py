"""Cut time: plan windows, halve them, find what they leave open, read what users write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from open311_etl.errors import UsageError
from open311_etl.model import Window

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def plan(start: datetime, end: datetime, hours: float) -> list[Window]:
    """Cut ``[start, end)`` into windows of so many hours, in the order of time.

    Takes aware times; fractions of seconds are cut from both, since servers refuse them (Q-DATE-4).
    The cuts lie at whole multiples of ``hours`` since one UTC midnight, so a later plan has the
    same windows; only the first and the last may be shorter.
    """
    step = timedelta(seconds=max(1, round(hours * 3600)))
    start, end = _whole(start), _whole(end)
    windows = []
    while start < end:
        cut = min(end, start + step - (start - _EPOCH) % step)
        windows.append(Window(start, cut))
        start = cut
    return windows


def bisect(window: Window) -> tuple[Window, Window] | None:
    """Halve a window at a whole second; ``None`` where it is one second or less."""
    half = (window.end - window.start) // 2
    if window.end - window.start <= _SECOND:
        return None
    cut = window.start + max(_SECOND, half - half % _SECOND)
    return replace(window, end=cut), replace(window, start=cut)


def uncovered(
    start: datetime, end: datetime, covered: Iterable[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """Give the parts of ``[start, end)`` that no span covers, in the order of time.

    Takes half-open spans in any order; they may overlap, touch, be empty or lie outside.
    """
    gaps = []
    for since, until in sorted(covered):
        if since >= end:
            break
        if start < since < until:
            gaps.append((start, since))
        if since < until:
            start = max(start, until)
    if start < end:
        gaps.append((start, end))
    return gaps


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the instant, in UTC, at which a day begins in a zone.

    Where clocks change at midnight: the first of two midnights, or the moment that skips it.
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def parse_when(text: str, zone: ZoneInfo) -> datetime:
    """Read what a user writes for a time, and give it in UTC.

    Takes ISO 8601: a plain date is midnight in ``zone``, a time without offset is in ``zone`` too,
    ``Z`` is UTC. Of a time that occurs twice, as clocks go back, it is the first; one that clocks
    skip is as long after midnight as it says, so it is read as an hour later. Raises UsageError.
    """
    try:
        when = datetime.fromisoformat(text.strip())
        return when.replace(tzinfo=when.tzinfo or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f'"{text}" is no time that can be read; write 2026-03-01 (midnight in {zone.key}), '
            f"2026-03-01T08:30 (in {zone.key}) or 2026-03-01T08:30:00Z (UTC)"
        ) from None


def _whole(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError(f"{when} has no time zone")
    return when.astimezone(UTC).replace(microsecond=0)
