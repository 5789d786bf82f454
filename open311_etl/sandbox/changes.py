"""What changes under the reader's hands: drift, stale replicas, rows that vanish or come late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from open311_etl.sandbox.clock import DAY
from open311_etl.sandbox.options import Amount, Count, Rate
from open311_etl.sandbox.services import Service


@dataclass(frozen=True)
class Changes:
    """The ways of changing; by default nothing but the clock changes what lists hold.

    Drift, vanishing and moderation change the city itself, so its truth knows of them.
    """

    drift_every: Annotated[Count, "after every n-th list something happens to it (Q-PAGE-8)"] = 0
    drift: Annotated[
        Literal["update", "insert", "delete"],
        "its last row is updated, one is put into it, or its first row is deleted",
    ] = "update"
    stale_every: Annotated[
        Count, "every n-th answer with requests is as of some time ago: a slow replica"
    ] = 0
    stale_days: Annotated[Amount, "how old such an answer is, in days"] = 1
    vanishing: Annotated[Rate, "share of requests that are deleted some day (Q-LIFE-1)"] = 0
    moderated: Annotated[Rate, "share of requests that lists show late (Q-LIFE-2)"] = 0
    moderated_days: Annotated[Amount, "how late they are shown at most, in days"] = 30
    services_empty_every: Annotated[Count, "every n-th services list is empty"] = 0
    services_short_every: Annotated[
        Count, "every n-th services list lacks every second service"
    ] = 0
    services_hidden: Annotated[Count, "so many services are never listed, only used (Q-SVC-1)"] = 0


def happens(every: int, count: int) -> bool:
    """Tell whether what happens every n-th time happens at this count, from 1."""
    return every > 0 and count % every == 0


def seen_at(now: int, count: int, ways: Changes) -> int:
    """Give the moment whose state the call of that count shows."""
    return now - int(ways.stale_days * DAY) if happens(ways.stale_every, count) else now


def listed_services(services: Sequence[Service], count: int, ways: Changes) -> Sequence[Service]:
    """Give the services that the refresh of that count lists."""
    if happens(ways.services_empty_every, count):
        return ()
    if ways.services_hidden:
        apart = max(len(services) // ways.services_hidden, 1)
        hidden = {service.code for service in services[::apart][: ways.services_hidden]}
        services = [service for service in services if service.code not in hidden]
    return services[::2] if happens(ways.services_short_every, count) else services
