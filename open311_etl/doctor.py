"""How the data directory is, looked at from all sides, and what to do about what is not well.

It reads; only with ``fix`` does it change something, and then only what cannot cost a row: it
removes what unfinished work left, closes files to others, moves a damaged body aside so that its
answer is landed anew, and publishes again what is not as it was published.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import duckdb

from open311_etl import hold
from open311_etl.config import Settings
from open311_etl.errors import Open311Error, WarehouseBusy, WarehouseDamaged
from open311_etl.landing import Landing
from open311_etl.publish import publish
from open311_etl.warehouse import SCHEMA_VERSION, Connection, rows, warehouse

ROOM = 1 << 30
"""Bytes that should be free, or as many as the warehouse has: publishing copies it."""

REPLAY = '"open311-etl replay" rebuilds it from landing'
PUBLISH = '"open311-etl publish" writes it again (--fix does)'


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``well``, or what is wrong, what to do, and what mends it."""

    about: str
    said: str
    well: bool = True
    advice: str = ""
    fixed: bool = False


Mend = Callable[[], object]
Found = tuple[Finding, Mend | None]


def doctor(settings: Settings, *, fix: bool = False) -> list[Finding]:
    """Look at everything in the data directory, and mend what is safe to mend where ``fix``.

    Gives a finding for each thing looked at, well or not. What holds the warehouse is a finding,
    not an error.
    """
    findings = []
    for look in (_versions, _room, _permissions, _leftovers, _holders, _landing, _warehouse, _lake):
        for finding, mend in look(settings):
            findings.append(_mended(finding, mend) if fix and mend else finding)
    return findings


def exit_code(findings: list[Finding]) -> int:
    """0: all is well, or mended; 4: something is damaged or in the way."""
    return 4 if any(not each.well and not each.fixed for each in findings) else 0


def _mended(finding: Finding, mend: Mend) -> Finding:
    try:
        mend()
    except (Open311Error, OSError) as error:
        return replace(finding, advice=f"could not be mended: {error}")
    return replace(finding, fixed=True)


def _versions(_: Settings) -> Iterator[Found]:
    said = f"open311-etl {version('open311-etl')}, DuckDB {duckdb.__version__}"
    yield Finding("versions", f"{said}, layout {SCHEMA_VERSION}"), None


def _room(settings: Settings) -> Iterator[Found]:
    place = settings.data_dir
    if not place.is_dir():
        yield Finding("room", f"{place}: nothing is here yet"), None
        return
    free = shutil.disk_usage(place).free
    size = settings.warehouse.stat().st_size if settings.warehouse.exists() else 0
    said = f"{place}: {free / 1e9:,.1f} GB free, the warehouse has {size / 1e9:,.1f} GB"
    enough = free >= max(ROOM, size)
    advice = "" if enough else "make room: a load needs some, publishing as much as the warehouse"
    yield Finding("room", said, enough, advice), None


def _permissions(settings: Settings) -> Iterator[Found]:
    if settings.data_dir.is_dir() and not os.access(settings.data_dir, os.W_OK):
        said = f"{settings.data_dir}: cannot be written by this user"
        yield Finding("permissions", said, False, "chown it, or choose another --data-dir"), None
    places = (settings.landing, settings.warehouse, settings.data_dir, settings.lake)
    for place in places:
        mode = place.stat().st_mode if place.exists() else 0
        wrong = mode & (stat.S_IRWXG | stat.S_IRWXO if place == settings.landing else stat.S_IWOTH)
        if wrong and os.name == "posix":
            can = "read" if place == settings.landing else "write"
            said = f"{place}: others may {can} it"
            advice = f"chmod {stat.S_IMODE(mode & ~wrong):o} (--fix does)"
            yield Finding("permissions", said, False, advice), _closing(place, mode & ~wrong)


def _closing(place: Path, mode: int) -> Mend:
    return lambda: place.chmod(stat.S_IMODE(mode))


def _leftovers(settings: Settings) -> Iterator[Found]:
    """Name what unfinished work left; not while somebody works, whose it may be."""
    if hold.holders(settings.locks):
        return
    places = (settings.landing, settings.lake, settings.published)
    parts = [file for place in places if place.is_dir() for file in place.rglob("*.part")]
    parts += settings.data_dir.glob(".*.part")
    for part in sorted(parts):
        said = f"{part}: left by work that did not end"
        yield Finding("leftovers", said, False, "remove it (--fix does)"), part.unlink


def _holders(settings: Settings) -> Iterator[Found]:
    for name, who in hold.holders(settings.locks).items():
        yield Finding("in use", f"{name} by {who or 'another process'}"), None


def _landing(settings: Settings) -> Iterator[Found]:
    """Read every body against its hash, and every line of the journal."""
    for place in sorted(settings.landing.glob("*/journal")):
        source = place.parent.name
        landing = Landing(settings.landing, source)
        damages: list[str] = []
        wanted = {}
        for run_id in landing.runs():
            for line in landing.lines(run_id, damages):
                for page in line.reading.pages if line.reading else ():
                    wanted[page.sha256] = line.reading
        for damage in damages:
            advice = f"what it told is lost; {REPLAY} and names what is owed"
            yield Finding("landing", damage, False, advice), None
        sound = removed = 0
        for sha256 in wanted:
            if landing.removed(sha256):
                removed += 1
                continue
            try:
                landing.get(sha256)
                sound += 1
            except WarehouseDamaged as error:
                advice = f'"open311-etl pull {source}" lands a new one where the source has it'
                yield Finding("landing", str(error), False, advice), _aside(landing.path(sha256))
        left = len(wanted) - removed
        said = f"source {source}: {sound:,} of {left:,} bodies hold what their names say"
        said += f", {removed:,} more were removed (landing_days)" if removed else ""
        yield Finding("landing", said, sound == left), None


def _aside(file: Path) -> Mend | None:
    """Move a damaged body aside, so that the same answer can be landed again."""
    if not file.exists():
        return None
    return lambda: file.replace(file.with_suffix(".damaged"))


def _warehouse(settings: Settings) -> Iterator[Found]:
    if not settings.warehouse.exists():
        advice = REPLAY if any(settings.landing.glob("*/journal")) else ""
        said = f"{settings.warehouse}: there is none"
        yield Finding("warehouse", said, not advice, advice), None
        return
    try:
        with warehouse(settings.warehouse, read_only=True, wait=2) as con:
            problems = _contradictions(con, settings)
    except WarehouseBusy as busy:
        yield Finding("in use", str(busy)), None
    except Open311Error as error:
        yield Finding("warehouse", str(error), False, REPLAY), None
    except duckdb.Error as error:
        yield Finding("warehouse", f"{settings.warehouse}: {error}", False, REPLAY), None
    else:
        for problem in problems:
            yield Finding("warehouse", problem, False, REPLAY), None
        if not problems:
            yield Finding("warehouse", f"{settings.warehouse}: agrees with its ledger"), None


def _contradictions(con: Connection, settings: Settings) -> list[str]:
    """Say where tables and ledger, or ledger and journal, contradict one another."""
    problems = [str(row["problem"]) for row in rows(con, "doctor/contradictions")]
    for place in sorted(settings.landing.glob("*/journal")):
        source = place.parent.name
        known = {row["reading_id"] for row in rows(con, "doctor/readings", source=source)}
        landing = Landing(settings.landing, source)
        lines = [line for run in landing.runs() for line in landing.lines(run, [])]
        loaded = {each for line in lines for each in line.load or ()}
        missing = len(loaded - known)
        if missing and not hold.holders(settings.locks):
            problems.append(
                f"source {source}: {missing:,} readings of the journal are not in the ledger; the "
                "next pull brings those of unfinished runs"
            )
        unknown = len(known - {line.reading.id for line in lines if line.reading})
        if unknown:
            problems.append(f"source {source}: {unknown:,} readings are not in the journal")
    return problems


def _lake(settings: Settings) -> Iterator[Found]:
    """Hold the files of the lake against what the warehouse knows of them, and the snapshot."""
    if not settings.lake.is_dir() and not settings.published.is_dir():
        return
    mend: Mend = lambda: publish(settings)  # noqa: E731
    try:
        with warehouse(settings.warehouse, read_only=True, wait=2) as con:
            partitions = rows(con, "publish/recorded")
            (ours,) = rows(con, "publish/state")
    except (Open311Error, duckdb.Error):
        return  # that is told elsewhere
    wrong = [each["path"] for each in partitions if _size(settings, each["path"]) != each["bytes"]]
    for path in wrong:
        said = f"{settings.lake / path}: is not as it was written"
        yield Finding("lake", said, False, PUBLISH), mend
    if not wrong:
        yield Finding("lake", f"{len(partitions):,} files are as they were written"), None
    shown = settings.published / settings.warehouse.name
    try:
        with warehouse(shown, read_only=True, wait=2) as con:
            (theirs,) = rows(con, "publish/state")
    except (Open311Error, duckdb.Error) as error:
        yield Finding("published", str(error).splitlines()[0], False, PUBLISH), mend
        return
    same = ours == theirs
    said = f"{shown}: {'shows' if same else 'does not show'} what the warehouse has"
    yield Finding("published", said, same, "" if same else PUBLISH), None if same else mend


def _size(settings: Settings, path: str) -> int:
    file = settings.lake / path
    return file.stat().st_size if file.exists() else 0
