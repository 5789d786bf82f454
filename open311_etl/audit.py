"""A random sample of proven windows, read again: how much could be missing at most.

What a window was proven to hold is held against what the source lists now. What was missing is
stored by the same stroke, and the window becomes suspect, so that later runs read it again.
"""

from __future__ import annotations

import asyncio
import math
import random
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from open311_etl import decode, ledger
from open311_etl.config import Settings, Source
from open311_etl.errors import UsageError
from open311_etl.landing import Landing
from open311_etl.model import Outcome, Verdict, Window
from open311_etl.session import Pull
from open311_etl.warehouse import rows, warehouse

SAMPLE = 20
"""Windows that are read again where no number is given."""

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class AuditedWindow:
    """One window read again: requests that the source ``listed``, those of them that were
    ``missing`` here or have ``changed``, and those here that it lists no longer (``vanished``)."""

    window: Window
    verdict: Verdict
    listed: int
    missing: tuple[str, ...]
    changed: int
    vanished: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit came to, over ``windows`` drawn with ``seed`` of ``proven`` ones."""

    source: str
    seed: int
    proven: int
    windows: tuple[AuditedWindow, ...]
    confidence: float

    @property
    def listed(self) -> int:
        return sum(each.listed for each in self.windows)

    @property
    def missing(self) -> int:
        return sum(len(each.missing) for each in self.windows)

    @property
    def changed(self) -> int:
        return sum(each.changed for each in self.windows)

    @property
    def vanished(self) -> int:
        return sum(len(each.vanished) for each in self.windows)

    @property
    def most_missing(self) -> float:
        """The share of requests that is missing at most, with the confidence given."""
        return upper_bound(self.missing, self.listed, self.confidence)

    @property
    def exit_code(self) -> int:
        """0: nothing was missing, and all could be read; 1: there is debt."""
        return 1 if any(each.missing or each.verdict in _UNREAD for each in self.windows) else 0


_UNREAD = (Verdict.SUSPECT, Verdict.BLOCKED)


def audit(
    settings: Settings,
    source: str,
    *,
    windows: int = SAMPLE,
    seed: int | None = None,
    confidence: float = CONFIDENCE,
    told: Callable[[AuditedWindow], None] = lambda _: None,
) -> AuditReport:
    """Read some proven windows of a source again, chosen at random, and compare.

    ``seed`` draws the same windows again from the same ledger; ``told`` is called with each as it
    was read. Raises UsageError where nothing is proven yet, SourceError where the source is down,
    WarehouseError.
    """
    if windows < 1 or not 0 < confidence < 1:
        raise UsageError("an audit needs at least 1 window and a confidence between 0 and 1")
    profile = settings.source(source)
    chosen = secrets.randbelow(2**31) if seed is None else seed
    proven = _proven(settings, source)
    sample = random.Random(chosen).sample(proven, min(windows, len(proven)))  # noqa: S311
    audited = asyncio.run(_audit(settings, profile, sorted(sample, key=str), told))
    return AuditReport(source, chosen, len(proven), tuple(audited), confidence)


def upper_bound(found: int, of: int, confidence: float = CONFIDENCE) -> float:
    """Give the exact one-sided upper confidence bound of a share, seen ``found`` times in ``of``.

    That is Clopper and Pearson's: the share at which seeing no more than that has the probability
    ``1 - confidence`` (C. J. Clopper, E. S. Pearson: The use of confidence or fiducial limits
    illustrated in the case of the binomial, Biometrika 26, 1934, 404-413). Where nothing was found
    it is ``1 - (1 - confidence) ** (1 / of)``. It never understates where misses are independent.
    """
    if found >= of:
        return 1.0
    if found == 0:
        return float(1 - (1 - confidence) ** (1 / of))
    low, high = found / of, 1.0
    while high - low > 1e-12:
        share = (low + high) / 2
        if _at_most(found, of, share) > 1 - confidence:
            low = share
        else:
            high = share
    return high


def _at_most(found: int, of: int, share: float) -> float:
    """Give the probability of at most so many in a binomial distribution."""
    if share >= 1:
        return 0.0
    whole = math.lgamma(of + 1)
    return math.fsum(
        math.exp(
            whole
            - math.lgamma(k + 1)
            - math.lgamma(of - k + 1)
            + k * math.log(share)
            + (of - k) * math.log1p(-share)
        )
        for k in range(found + 1)
    )


def _proven(settings: Settings, source: str) -> list[Window]:
    """Give the windows whose newest reading proves them, each once."""
    with warehouse(settings.warehouse, read_only=True) as con:
        spans = ledger.coverage(con, source)
    found = {span.window: None for span in spans if span.verdict is Verdict.PROVEN}
    if not found:
        raise UsageError(
            f'source {source}: no window is proven yet; "open311-etl pull {source}" reads them'
        )
    return list(found)


async def _audit(
    settings: Settings,
    source: Source,
    sample: Sequence[Window],
    told: Callable[[AuditedWindow], None],
) -> list[AuditedWindow]:
    landing = Landing(settings.landing, source.name)
    audited = []
    async with Pull(settings, source) as pull:
        for window in sample:
            outcomes = await pull.read(window)
            seen = await asyncio.to_thread(_compare, settings, landing, window, outcomes)
            if seen.missing:
                outcomes.append(_suspicion(outcomes[-1], window, seen))
                await pull.record(outcomes[-1:])
            report = await pull.load(outcomes)
            audited.append(replace(seen, changed=report.changed))
            told(audited[-1])
        await pull.finish()
    return audited


def _compare(
    settings: Settings, landing: Landing, window: Window, outcomes: Sequence[Outcome]
) -> AuditedWindow:
    """Hold what a window lists now against the warehouse, which does not have it yet."""
    pages = {page.sha256 for outcome in outcomes for page in outcome.pages}
    entries = [entry for sha in pages for entry in decode.look(landing.get(sha)).entries]
    listed = sorted({entry.id for entry in entries if entry.id})
    verdicts = [outcome.verdict for outcome in outcomes]
    worst = max(verdicts, key=list(Verdict).index, default=Verdict.BLOCKED)
    asked = {"source": outcomes[0].source, "ids": listed}
    span = {"window_start": window.start, "window_end": window.end}
    with warehouse(settings.warehouse) as con:
        missing = [row["id"] for row in rows(con, "audit/missing", **asked)]
        gone = rows(con, "audit/vanished", **asked, **span) if worst is Verdict.PROVEN else []
    vanished = tuple(row["id"] for row in gone)
    return AuditedWindow(window, worst, len(listed), tuple(missing), 0, vanished)


def _suspicion(reading: Outcome, window: Window, seen: AuditedWindow) -> Outcome:
    """Give the reading that makes a window suspect: it has no pages, only a verdict."""
    return replace(
        reading,
        id=uuid.uuid4().hex,
        window=window,
        verdict=Verdict.SUSPECT,
        reason=f"audit: {len(seen.missing)} of {seen.listed} listed requests were missing",
        pages=(),
        records=0,
        ids=0,
        pending=0,
        requests=0,
    )
