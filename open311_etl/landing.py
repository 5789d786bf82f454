"""Every body as it came, once, and the journal of what was read: enough to rebuild the warehouse.

``landing/<source>/bodies/ab/<sha256>.zst`` holds bodies named by the hash of what they hold, so
that the same answer is stored once. ``landing/<source>/journal/<run>.ndjson`` holds one line for
each reading, written and synced after its bodies are. Nothing that a server sends becomes a file
name.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa

from open311_etl.errors import WarehouseDamaged, WarehouseError
from open311_etl.model import Outcome

_ZSTD = pa.Codec("zstd", compression_level=3)


class Landing:
    """The landing directory of one source."""

    def __init__(self, root: Path, source: str) -> None:
        self._bodies = root / source / "bodies"
        self._journal = root / source / "journal"
        self._unsynced: set[Path] = set()

    def put(self, body: bytes) -> str:
        """Make a body durable and give its SHA-256 in hex.

        The file appears whole or not at all; a body that is there already is not written again.
        Raises WarehouseError where the disk refuses.
        """
        digest = hashlib.sha256(body).hexdigest()
        target = self.path(digest)
        if not target.exists():
            try:
                self._write(target, _ZSTD.compress(body, asbytes=True))
            except OSError as error:
                raise _disk(target.parent, error) from None
        return digest

    def path(self, sha256: str) -> Path:
        """Give the file of a body, whether it is there or not."""
        return self._bodies / sha256[:2] / f"{sha256}.zst"

    def get(self, sha256: str) -> bytes:
        """Give a body back, checked against its hash.

        Raises WarehouseDamaged where the file is missing or does not hold what its name says.
        """
        file = self.path(sha256)
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

    def record(self, outcome: Outcome) -> None:
        """Append a reading to the journal of its run, durably; its bodies are durable by then."""
        line = msgspec.json.encode(outcome) + b"\n"
        try:
            while self._unsynced:
                _sync(self._unsynced.pop())
            self._journal.mkdir(parents=True, exist_ok=True)
            file = self._journal / f"{outcome.run_id}.ndjson"
            with file.open("r+b" if file.exists() else "xb") as stream:
                stream.seek(_end_of_last_line(file))
                stream.truncate()
                stream.write(line)
                stream.flush()
                os.fsync(stream.fileno())
            _sync(self._journal)
        except OSError as error:
            raise _disk(self._journal, error) from None

    def journal(self, run_id: str | None = None) -> Iterator[Outcome]:
        """Give the recorded readings in the order in which they were read, of one run or of all.

        A last line that a crash cut short was never loaded and is passed over. Raises
        WarehouseDamaged where any other line cannot be read.
        """
        files = sorted(self._journal.glob(f"{run_id or '*'}.ndjson"))
        decoder = msgspec.json.Decoder(Outcome)
        for file in files:
            lines = file.read_bytes().split(b"\n")
            for number, line in enumerate(lines, 1):
                if not line:
                    continue
                try:
                    yield decoder.decode(line)
                except msgspec.MsgspecError as error:
                    if number < len(lines):
                        raise WarehouseDamaged(f"{file}, line {number}: {error}") from None

    def _write(self, target: Path, data: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=target.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(target)
            self._unsynced.add(target.parent)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise


def _sync(folder: Path) -> None:
    """Make the names in a folder durable, as fsync of a file does for what it holds."""
    handle = os.open(folder, os.O_RDONLY)
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
