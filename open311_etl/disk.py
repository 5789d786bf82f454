"""Files that last: synced to the disk, and copied without touching anybody's locks.

Run as a script with two paths it copies one file, and ends with the number of the system's error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_CHUNK = 1 << 30


def sync(place: Path) -> None:
    """Make what a file holds, or the names in a folder, outlast a power cut."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy(source: Path, target: Path) -> None:
    """Copy a file that a database of this process may hold open, durably, to a new name.

    A process of its own does it: POSIX drops all locks that a process has on a file as soon as it
    closes any handle of it, and DuckDB's lock is what keeps other writers away. Blocks are shared
    where the file system can (Btrfs, XFS). Raises OSError, naming the target.
    """
    script = [sys.executable, "-I", "-S", __file__, str(source), str(target)]
    # In a session of its own it is not met by Ctrl-C, but ended by the one who waits for it.
    done = subprocess.run(script, check=False, start_new_session=True)  # noqa: S603
    if done.returncode:
        why = os.strerror(done.returncode) if done.returncode > 0 else "the copying was killed"
        raise OSError(done.returncode, why, str(target))


def _copy(source: str, target: str) -> None:
    with open(source, "rb") as old, open(target, "xb") as new:  # noqa: PTH123
        try:
            while os.copy_file_range(old.fileno(), new.fileno(), _CHUNK):
                pass
        except (AttributeError, OSError):  # no such call on this system, or not between these two
            old.seek(0)
            new.seek(0)
            shutil.copyfileobj(old, new, 1 << 20)
        new.flush()
        os.fsync(new.fileno())


if __name__ == "__main__":
    try:
        _copy(*sys.argv[1:])
    except OSError as error:
        sys.exit(error.errno or 1)
