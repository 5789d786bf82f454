"""Pulls whose disk fails: each ends with exit code 4 and one line, and the next one goes on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.survive.city import Springfield, contents, lost, springfield, start

REFUSALS = (
    "in-landing:5=ENOSPC",
    "in-landing:9=EIO",
    "in-landing=EROFS",
    "in-journal=ENOSPC",
    "in-journal:6=EIO",
    "in-transaction:3=EIO",
    "before-commit:2=ENOSPC",
    "publish-staged=ENOSPC",
    "publish-before-link=EIO",
)
"""Failpoints, and the error of the system that is met there."""

LARGEST_FILES = (400, 4_000, 40_000, 400_000, 1_500_000)
"""Bytes that no file may exceed: what a full disk is to landing, journal, load and publish."""

DISKS = (400, 1_000, 2_000, 3_500)
"""Kilobytes of a disk that is too small."""


@dataclass
class Faults:
    """The faults that were met, and the rows that differ from a calm pull after them."""

    tried: list[str] = field(default_factory=list)
    lost: int = 0


def try_faults(place: Path, few: bool = False) -> Faults:
    """Have the disk fail in each of the ways, and compare what comes of it with a calm pull.

    Raises RuntimeError where a fault is met with anything but exit code 4 and one line.
    """
    done = Faults()
    with springfield() as town:
        _finish(town, place / "calm")
        wanted = contents(town.settings(place / "calm"))
        for refusal in REFUSALS[::4] if few else REFUSALS:
            _meet(town, place / "data", refusal, failpoint=refusal)
            _compare(town, place / "data", wanted, refusal, done)
        for size in LARGEST_FILES[2:3] if few else LARGEST_FILES:
            _meet(town, place / "data", f"files of {size} bytes", largest_file=size)
            _compare(town, place / "data", wanted, f"files of {size:,} bytes", done)
        if os.name == "posix" and os.geteuid() == 0:
            for size in DISKS[1:2] if few else DISKS:
                with disk(place / "disk", size) as small:
                    _meet(town, small / "data", f"disk of {size} kB")
                    _remount(small, "size=64m")
                    _compare(town, small / "data", wanted, f"disk of {size:,} kB", done)
            with disk(place / "disk", 64_000) as sealed:
                _remount(sealed, "ro")
                _meet(town, sealed / "data", "read-only disk")
                _remount(sealed, "rw")
                _compare(town, sealed / "data", wanted, "read-only disk", done)
    return done


@contextmanager
def disk(place: Path, kilobytes: int) -> Iterator[Path]:
    """Give a disk in memory; needs root. Raises CalledProcessError where none may be mounted."""
    place.mkdir(parents=True, exist_ok=True)
    _call("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place))
    try:
        yield place
    finally:
        _call("umount", "-l", str(place))


def _meet(
    town: Springfield, place: Path, what: str, *, failpoint: str = "", largest_file: int = 0
) -> None:
    said = Path(f"{place.parent}.said")
    said.unlink(missing_ok=True)
    pull = start(
        town, place, town.ends[-1], failpoint=failpoint, largest_file=largest_file, said=said
    )
    pull.join()
    lines = said.read_text().splitlines()
    if (
        pull.exitcode != 4
        or len(lines) != 1
        or not re.search("run again|, then run|choose another --data-dir", lines[0])
    ):
        raise RuntimeError(f"{what}: exit code {pull.exitcode}, said {lines}")


def _compare(
    town: Springfield,
    place: Path,
    wanted: dict[str, list[tuple[str, ...]]],
    what: str,
    done: Faults,
) -> None:
    _finish(town, place)
    settings = town.settings(place)
    done.tried.append(what)
    done.lost += lost(wanted, contents(settings))
    done.lost += lost(wanted, contents(settings, settings.published / "open311.duckdb"))
    parts = [*place.rglob("*.part")]
    if parts:
        raise RuntimeError(f"{what}: left behind {parts}")
    shutil.rmtree(place)


def _finish(town: Springfield, place: Path) -> None:
    pull = start(town, place, town.ends[-1])
    pull.join()
    if pull.exitcode not in (0, 1):
        raise RuntimeError(f"a pull after a fault ended with {pull.exitcode}")


def _remount(place: Path, option: str) -> None:
    _call("mount", "-o", f"remount,{option}", str(place))


def _call(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
