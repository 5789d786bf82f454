"""Who holds what: one pull of a source at a time, and a name for whoever is in the way.

A lock goes with its process, however that ends, so none is ever left behind.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from open311_etl.errors import WarehouseBusy, WarehouseError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds something, and since when."""

    pid: int
    since: datetime | None

    def __str__(self) -> str:
        since = f" since {self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else ""
        return f"process {self.pid}{since}"


@contextmanager
def holding(folder: Path, name: str, what: str, *, wait: float) -> Iterator[None]:
    """Hold a name in a folder while the ``with`` block runs; nobody else can at the same time.

    Whoever holds it is named in the log, once, and waited for, up to ``wait`` seconds. ``what`` is
    how the messages call it. Raises WarehouseBusy that names the holder, WarehouseError where the
    folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f"{name}.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            who = _holder(folder, name) or "another process"
            _log.warning("%s is in use by %s; waiting for it, up to %g s", what, who, wait)
            lock.acquire(timeout=wait)
    except Timeout:
        who = _holder(folder, name) or "another process"
        raise WarehouseBusy(f"{what} is in use by {who}; end it or run again later") from None
    except OSError as error:
        raise WarehouseError(
            f"{folder}: cannot be written: {error.strerror}; choose another --data-dir"
        ) from None
    try:
        with suppress(OSError):  # a full disk: then nobody learns our name, and that is all
            _notes(folder, name).write_bytes(msgspec.json.encode(_me()))
        yield
    finally:
        lock.release()


def holders(folder: Path) -> dict[str, Holder | None]:
    """Give what is held in a folder right now, by name; ``None`` where the holder is not known."""
    held = {}
    for file in sorted(folder.glob("*.lock")):
        lock = FileLock(file, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            held[file.stem] = _holder(folder, file.stem)
        else:
            lock.release()
    return held


def process(pid: int) -> Holder:
    """Give a process with the time since which it runs, where the system tells."""
    since = None
    with suppress(OSError):
        since = datetime.fromtimestamp(Path(f"/proc/{pid}").stat().st_mtime, UTC)
    return Holder(pid, since)


def _me() -> dict[str, object]:
    return asdict(Holder(os.getpid(), datetime.now(UTC)))


def _holder(folder: Path, name: str) -> Holder | None:
    try:
        return msgspec.json.decode(_notes(folder, name).read_bytes(), type=Holder)
    except (OSError, msgspec.MsgspecError):
        return None


def _notes(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"
