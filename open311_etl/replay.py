"""The warehouse rebuilt from landing alone: bodies, journal and the profiles, nothing else.

Every reading is loaded as it was loaded then: the same readings in the same transactions, in the
same order. So every table is what it was, but for ``etl.schema_version`` (this warehouse is new)
and ``etl.partitions`` (nothing of it is published yet). What landing lost is named, and its windows
become debt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from open311_etl import catalog, catchup, failpoint, ledger, load
from open311_etl import warehouse as _warehouse
from open311_etl.config import Settings, Source
from open311_etl.disk import copy, sync
from open311_etl.errors import UsageError, WarehouseDamaged
from open311_etl.hold import holding
from open311_etl.landing import Landing
from open311_etl.model import Outcome, Verdict
from open311_etl.warehouse import Connection, warehouse

PATIENCE = 60.0
"""Seconds for which a pull of a source, or another holder of the warehouse, is waited for."""


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a replay came to.

    ``runs`` and ``readings`` were taken from the journal of the ``sources``; ``damages`` name what
    landing lost, and ``blocked`` counts the readings that lack it; ``kept`` is where the warehouse
    of before is, where it was kept: it could not be opened, or has what landing lost.
    """

    sources: tuple[str, ...]
    runs: int
    readings: int
    blocked: int
    damages: tuple[str, ...]
    kept: Path | None
    seconds: float

    @property
    def exit_code(self) -> int:
        """0: all is as it was; 1: some of landing is lost, and is owed."""
        return 1 if self.damages else 0


def replay(
    settings: Settings,
    source: str | None = None,
    *,
    told: Callable[[str, int], None] = lambda *_: None,
) -> ReplayReport:
    """Rebuild the warehouse from landing, or one source of it, and put it in the old one's place.

    The old warehouse stays as it is until the new one is whole. ``told`` is called with source and
    readings so far. Raises UsageError where there is nothing in landing or a source has no profile,
    WarehouseBusy where a pull is running or the warehouse stays held, WarehouseError where the disk
    refuses.
    """
    began = time.monotonic()
    names = _names(settings, source)
    sources = [settings.source(name) for name in names]
    file = settings.warehouse
    new = file.with_name(f".{file.name}.replay.part")
    with ExitStack() as stack:
        for name in names:
            what = f"source {name} in {settings.data_dir}"
            stack.enter_context(holding(settings.locks, f"pull-{name}", what, wait=PATIENCE))
        stack.callback(_clear, new)
        _clear(new)
        damaged = not _openable(file)
        if source is not None and file.exists():
            if damaged:
                raise WarehouseDamaged(
                    f'{file}: cannot be read, so no part of it can be kept; "open311-etl replay" '
                    "without a source rebuilds all of it"
                )
            _copy_without(file, new, source)
        work = _Work(told)
        with warehouse(new) as con:
            for each in sources:
                work.rebuild(con, each, Landing(settings.landing, each.name))
            con.execute("CHECKPOINT")
        failpoint.reach("replay-before-swap")
        kept = _swap(new, file, damaged=damaged, keep=damaged or bool(work.damages))
        failpoint.reach("replay-after-swap")
    return ReplayReport(
        sources=tuple(names),
        runs=work.runs,
        readings=work.readings,
        blocked=work.blocked,
        damages=tuple(work.damages),
        kept=kept,
        seconds=time.monotonic() - began,
    )


class _Work:
    """Loads journals, and keeps count."""

    def __init__(self, told: Callable[[str, int], None]) -> None:
        self._told = told
        self.runs = 0
        self.readings = 0
        self.blocked = 0
        self.damages: list[str] = []

    def rebuild(self, con: Connection, source: Source, landing: Landing) -> None:
        """Do again what all runs of a source did, in their order."""
        ledger.note_source(con, source)
        for run_id in landing.runs():
            lines = list(landing.lines(run_id, self.damages))
            self.runs += 1
            for line in lines:
                if line.began:
                    ledger.begin_run(con, line.began)
            for batch in catchup.batches(lines):
                self._load(con, batch, source, landing)
                self._told(source.name, self.readings)
            for line in lines:
                if line.ended:
                    catchup.end_run(con, source.name, run_id, line.ended)

    def _load(
        self, con: Connection, batch: Sequence[Outcome], source: Source, landing: Landing
    ) -> None:
        sound = [self._sound(outcome, landing) for outcome in batch]
        self.readings += len(batch)
        if batch[0].kind != "catalog":
            load.load(con, sound, source, landing)
        elif sound[0].pages[:1] == batch[0].pages[:1]:  # without its list it says nothing
            catalog.load(con, sound[0], landing)

    def _sound(self, outcome: Outcome, landing: Landing) -> Outcome:
        """Give a reading without the pages that landing lost; it is blocked then, and due again."""
        lost: dict[str, str] = {}
        for page in outcome.pages:
            try:
                landing.get(page.sha256)
            except WarehouseDamaged as error:
                lost[page.sha256] = str(error)
        if not lost:
            return outcome
        self.blocked += 1
        what = "catalog" if outcome.kind == "catalog" else f"{outcome.kind} {outcome.window}"
        self.damages += [f"{error}, of {outcome.source} {what}" for error in lost.values()]
        pages = tuple(page for page in outcome.pages if page.sha256 not in lost)
        return replace(
            outcome,
            pages=pages,
            verdict=Verdict.BLOCKED,
            reason=f"{len(lost)} of {len(outcome.pages)} landed pages are lost",
            records=sum(page.records for page in pages) if outcome.kind != "catalog" else 0,
        )


def _names(settings: Settings, source: str | None) -> list[str]:
    landed = sorted(each.parent.name for each in settings.landing.glob("*/journal"))
    if source is not None:
        settings.source(source)  # raises where the name is not known at all
        landed = [name for name in landed if name == source]
    if not landed:
        whose = f" of source {source}" if source else ""
        raise UsageError(
            f'{settings.landing}: nothing{whose} has landed; "open311-etl pull SOURCE" does'
        )
    return landed


def _openable(file: Path) -> bool:
    """Say whether the warehouse of before can be read; what it logged last is in it then."""
    if not file.exists():
        return True
    try:
        with _held(file):
            return True
    except WarehouseDamaged:
        return False


@contextmanager
def _held(file: Path) -> Iterator[Connection]:
    """Hold a warehouse, with all that is committed in its file."""
    with warehouse(file, wait=PATIENCE) as con:
        con.execute("CHECKPOINT")
        yield con


def _copy_without(file: Path, new: Path, source: str) -> None:
    """Copy a warehouse, less all rows of one source."""
    with _held(file):
        copy(file, new)
    with warehouse(new) as con, _warehouse.transaction(con):
        for table in _warehouse.rows(con, "replay/tables"):
            statement = f"DELETE FROM {table['name']} WHERE source = $source"  # noqa: S608 - ours
            con.execute(statement, {"source": source})


def _swap(new: Path, file: Path, *, damaged: bool, keep: bool) -> Path | None:
    """Put the new warehouse in the old one's place, which is held meanwhile; give what was kept."""
    aside = file.with_name(f"{file.stem}-before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{file.suffix}")
    if not file.exists():
        new.replace(file)
        sync(file.parent)
        return None
    if damaged:
        file.replace(aside)
        for log in file.parent.glob(f"{file.name}.wal"):  # it belongs to the damaged one
            log.replace(aside.with_name(f"{aside.name}.wal"))
        new.replace(file)
        sync(file.parent)
        return aside
    with _held(file):
        if keep:
            copy(file, aside)
        new.replace(file)
        sync(file.parent)
    return aside if keep else None


def _clear(new: Path) -> None:
    for left in (new, new.with_name(f"{new.name}.wal")):
        with suppress(FileNotFoundError):
            left.unlink()
