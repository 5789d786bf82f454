"""Every body as it came, once, and the journal of what was read: enough to rebuild the warehouse.

``landing/<source>/bodies/ab/<sha256>.zst`` holds bodies named by the hash of what they hold, so
that the same answer is stored once. ``landing/<source>/journal/<run>.ndjson`` holds one line for
each thing that the run did: it began, read, loaded, ended. Before a line is written, all bodies and
names that were written until then are synced, many at once; the line of a load is synced before its
transaction ends. Nothing that a server sends becomes a file name.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msgspec
import pyarrow as pa

from open311_etl import failpoint
from open311_etl.errors import WarehouseDamaged, WarehouseError
from open311_etl.model import Line, Outcome, Run, RunEnd

_ZSTD = pa.Codec("zstd", compression_level=1)
_LINE = msgspec.json.Decoder(Line)
_SYNCS = 8
"""Places synced at once: the file system then commits many together."""

_OWNER_ONLY = 0o700
"""Mode of the directory: bodies are as received, and free text in them may be about people."""


class Landing:
    """The landing directory of one source."""

    def __init__(self, root: Path, source: str) -> None:
        self._root = root
        self._bodies = root / source / "bodies"
        self._journal = root / source / "journal"
        self._unsynced: set[Path] = set()
        self._mended: set[Path] = set()
        self._waiting: list[tuple[str, bytes, Future[None]]] = []
        self._turn = threading.Lock()

    def put(self, body: bytes) -> str:
        """Write a body, durable by the next line of the journal, and give its SHA-256 in hex.

        A body that is there already is not written again, unless a power cut left another one
        under its name. Raises WarehouseError where the disk refuses.
        """
        digest = hashlib.sha256(body).hexdigest()
        target = self.path(digest)
        packed = _ZSTD.compress(body, asbytes=True)
        try:
            if not _holds(target, packed):
                self._write(target, packed)
        except OSError as error:
            raise _disk(target.parent, error) from None
        self._unsynced.add(target)
        failpoint.reach("after-landing")
        return digest

    def path(self, sha256: str) -> Path:
        """Give the file of a body, whether it is there or not."""
        return self._bodies / sha256[:2] / f"{sha256}.zst"

    def get(self, sha256: str) -> bytes:
        """Give a body back, checked against its hash.

        Raises WarehouseDamaged where the file is missing or does not hold what its name says.
        """
        file = self.path(sha256)
        if self.removed(sha256):
            raise WarehouseDamaged(f"landing file {file} was removed, as landing_days wants it")
        try:
            with pa.CompressedInputStream(pa.OSFile(str(file)), "zstd") as stream:
                body: bytes = stream.read()
        except FileNotFoundError:
            raise WarehouseDamaged(f"landing file {file} is missing") from None
        except OSError as error:
            raise WarehouseDamaged(f"landing file {file} cannot be read: {error}") from None
        if hashlib.sha256(body).hexdigest() != sha256:
            raise WarehouseDamaged(f"landing file {file} does not hold what its name says")
        return body

    def remove(self, sha256: str) -> bool:
        """Empty the file of a body, which says that it is gone on purpose; False where it is so.

        Raises OSError.
        """
        file = self.path(sha256)
        if file.stat().st_size == 0:
            return False
        os.truncate(file, 0)
        return True

    def removed(self, sha256: str) -> bool:
        """Say whether a body is gone on purpose."""
        file = self.path(sha256)
        return file.exists() and file.stat().st_size == 0

    def record(self, outcome: Outcome) -> None:
        """Append a reading to the journal of its run, durably; its bodies are durable by then."""
        self._append(outcome.run_id, Line(reading=outcome))
        failpoint.reach("after-journal")

    def begin(self, run: Run) -> None:
        """Append that a run began."""
        self._append(run.id, Line(began=run))

    def loading(self, outcomes: Sequence[Outcome]) -> None:
        """Append that some readings are about to be loaded by one transaction, in this order.

        Where they belong to several runs, each run's journal names its own.
        """
        for run_id in dict.fromkeys(outcome.run_id for outcome in outcomes):
            ids = tuple(each.id for each in outcomes if each.run_id == run_id)
            self._append(run_id, Line(load=ids))

    def end(self, run_id: str, end: RunEnd) -> None:
        """Append how a run ended."""
        self._append(run_id, Line(ended=end))

    def runs(self) -> list[str]:
        """Give the names of all runs that the journal knows, in the order in which they began."""
        began = {}
        for file in self._journal.glob("*.ndjson"):
            first = next(self._lines(file, []), Line()).began
            began[file.stem] = f"{first.started_at:%Y%m%dT%H%M%S.%f}" if first else file.stem
        return sorted(began, key=lambda run_id: (began[run_id], run_id))

    def lines(self, run_id: str, damages: list[str] | None = None) -> Iterator[Line]:
        """Give the lines of a run's journal in the order in which they were written.

        A last line that a crash cut short was never acted upon and is passed over. Another one
        that cannot be read raises WarehouseDamaged; where ``damages`` is given, it is named there
        instead and passed over.
        """
        file = self._journal / f"{run_id}.ndjson"
        found: list[str] = []
        for line in self._lines(file, found):
            if found and damages is None:
                break
            yield line
        if found and damages is None:
            raise WarehouseDamaged(found[0])
        if damages is not None:
            damages += found

    def journal(self, run_id: str | None = None) -> Iterator[Outcome]:
        """Give the recorded readings in the order in which they were read, of one run or of all.

        Raises WarehouseDamaged where a line cannot be read.
        """
        for each in [run_id] if run_id else self.runs():
            for line in self.lines(each):
                if line.reading is not None:
                    yield line.reading

    def _lines(self, file: Path, damages: list[str]) -> Iterator[Line]:
        if not file.exists():
            return
        with file.open("rb") as stream:
            for number, text in enumerate(stream, 1):
                if not text.endswith(b"\n"):
                    return  # cut short, so never acted upon; the next line takes its place
                try:
                    yield _LINE.decode(text)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    damages.append(f"{file}, line {number}: {error}")

    def _append(self, run_id: str, line: Line) -> None:
        """Write a line and wait until it is durable; lines that wait at once are synced at once."""
        written: Future[None] = Future()
        self._waiting.append((run_id, msgspec.json.encode(_told(line)) + b"\n", written))
        with self._turn:  # readings end side by side
            if not written.done():
                self._write_waiting()
        written.result()

    def _write_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for run_id in dict.fromkeys(run_id for run_id, _, _ in waiting):
            lines = [(data, written) for each, data, written in waiting if each == run_id]
            try:
                self._sync_bodies()
                self._write_lines(run_id, b"".join(data for data, _ in lines))
            except OSError as error:
                refused = _disk(self._journal, error)
                for _, written in lines:
                    written.set_exception(refused)
            else:
                for _, written in lines:
                    written.set_result(None)

    def _sync_bodies(self) -> None:
        places = []
        while self._unsynced:
            places.append(self._unsynced.pop())
        try:
            with ThreadPoolExecutor(_SYNCS) as pool:
                list(pool.map(_sync, places))
        except OSError:
            self._unsynced.update(places)
            raise

    def _write_lines(self, run_id: str, data: bytes) -> None:
        file = self._journal / f"{run_id}.ndjson"
        try:
            self._make(self._journal)
            new = not file.exists()
            if not new and file not in self._mended:
                os.truncate(file, _end_of_last_line(file))
            self._mended.add(file)
            with file.open("ab") as stream:
                stream.write(data)
                stream.flush()
                failpoint.reach("in-journal")
                os.fsync(stream.fileno())
            if new:
                _sync(self._journal)
        except OSError:
            self._mended.discard(file)
            with suppress(OSError):
                os.truncate(file, _end_of_last_line(file))
            raise

    def _write(self, target: Path, data: bytes) -> None:
        self._make(target.parent)
        handle, part = tempfile.mkstemp(dir=target.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                failpoint.reach("in-landing")
            Path(part).replace(target)
            self._unsynced.add(target.parent)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise

    def _make(self, folder: Path) -> None:
        """Make a folder; the name of each new one is synced with the next line of the journal."""
        if folder.is_dir():
            return
        if folder != self._root:
            self._make(folder.parent)
        else:
            folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        self._unsynced.add(folder.parent)


def _told(line: Line) -> dict[str, object]:
    """Give what a line tells; what it does not is left out."""
    told = {name: getattr(line, name) for name in Line.__slots__}
    return {name: value for name, value in told.items() if value is not None}


def _holds(file: Path, data: bytes) -> bool:
    try:
        return file.read_bytes() == data
    except FileNotFoundError:
        return False


def _sync(place: Path) -> None:
    """Make what a file holds, or the names in a folder, durable."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _end_of_last_line(file: Path) -> int:
    """Give where the next line goes: behind the last whole one, over what a crash cut short."""
    return file.read_bytes().rfind(b"\n") + 1


def _disk(place: Path, error: OSError) -> WarehouseError:
    return WarehouseError(
        f"{place}: cannot be written: {error.strerror}; nothing half-written was kept, "
        "make room or choose another --data-dir and run again to resume"
    )
