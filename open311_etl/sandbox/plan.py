"""What will happen to a request and when: opened, worked on, closed, reopened, drawn ahead."""

from __future__ import annotations

from bisect import bisect_right

from open311_etl.sandbox.clock import DAY
from open311_etl.sandbox.draws import spread
from open311_etl.sandbox.services import Service

SUBMITTED, OPENED, ACTIVITY = "submitted", "opened", "activity"
CLOSED, REOPENED = "closed", "reopened"
STATUS = {
    SUBMITTED: "submitted",
    OPENED: "open",
    ACTIVITY: "open",
    CLOSED: "closed",
    REOPENED: "open",
}
_CHANNELS = ("Phone", "Web", "Mobile Device", "Open311", "E-Mail", "Walk-In", "City Crew")
_CHANNEL_STEPS = (0.42, 0.62, 0.80, 0.90, 0.94, 0.96)
SELF_SERVED = frozenset(("Web", "Mobile Device", "Open311"))

Events = tuple[tuple[int, ...], tuple[str, ...]]


def channel(draw: float) -> str:
    """Give how a request came in."""
    return _CHANNELS[bisect_right(_CHANNEL_STEPS, draw)]


def plan(
    service: Service, at: int, draw: list[float], *, duplicate: bool, pending: int | None = None
) -> Events:
    """Draw the times and kinds of the events of a life that begins ``at``.

    Web, mobile and Open311 requests are pending for minutes to hours first (Q-ID-1); ``pending``
    gives the seconds of it instead.
    """
    if pending is None and channel(draw[2]) in SELF_SERVED:
        pending = 60 + int(1_500 * spread(draw[3]))
    times, kinds = [at], [OPENED]
    if pending is not None:
        times, kinds = [at, at + pending], [SUBMITTED, OPENED]
    opened, ends = times[-1], 0
    if duplicate or draw[4] >= service.never:
        hours = min(service.hours, 20.0) if duplicate else service.hours
        ends = opened + 30 + int(hours * 3_600 * spread(draw[5]))
    if draw[6] < 0.35 and not duplicate:
        worked = (ends or opened + 30 * DAY) - opened
        times.append(opened + 15 + int((worked - 20) * draw[6] / 0.35))
        kinds.append(ACTIVITY)
    if ends:
        times.append(ends)
        kinds.append(CLOSED)
        if draw[15] < 0.04:
            again = ends + 3_600 + int(10 * DAY * draw[15] / 0.04)
            times += [again, again + 600 + int(service.hours * 3_600 * spread(draw[3]))]
            kinds += [REOPENED, CLOSED]
    return tuple(times), _shared(tuple(kinds))


_KINDS: dict[tuple[str, ...], tuple[str, ...]] = {}


def _shared(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Give one and the same tuple for equal kinds: there are a dozen among a million lives."""
    return _KINDS.setdefault(kinds, kinds)
