"""Files that appear when they are whole, all of them, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

from open311_etl.errors import UsageError


class Files:
    """One file, or several with numbers before the ending: ``requests-1.csv``, ``requests-2.csv``.

    Iterating opens one after the other, each beside its place; leaving the ``with`` block puts them
    in their places, or removes them all after an error. Raises UsageError where one is there
    already and not ``force``, OSError where the disk refuses.
    """

    def __init__(self, name: Path, pieces: int, *, force: bool) -> None:
        if name.is_dir():
            raise UsageError(f"{name}: is a directory; name a file in it")
        numbered = [name.with_stem(f"{name.stem}-{piece}") for piece in range(1, pieces + 1)]
        self.names = (name,) if pieces == 1 else tuple(numbered)
        taken = next((each for each in self.names if each.exists() and not force), None)
        if taken is not None:
            raise UsageError(f"{taken}: is there already; --force replaces it")

    def __enter__(self) -> Files:
        return self

    def __iter__(self) -> Iterator[IO[bytes]]:
        for name in self.names:
            with _part(name).open("wb") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for name in self.names:
            if kind is None:
                _part(name).replace(name)
            else:
                _part(name).unlink(missing_ok=True)


def _part(name: Path) -> Path:
    return name.with_name(f".{name.name}.part")
