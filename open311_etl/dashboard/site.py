"""The dashboard as a folder of files: opened from a disk, mailed, or put on any web server."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from open311_etl.config import Settings
from open311_etl.dashboard.content import Choice, content, script
from open311_etl.dashboard.reading import reading
from open311_etl.dashboard.search import included
from open311_etl.errors import UsageError, WarehouseError

MOST_SEARCHED = 2_000
"""Requests that a folder can search unless told otherwise: about 2 MB."""

_MARK = '<meta name="generator" content="open311-etl dashboard">'


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What was written: the page to open, its requests, those that can be searched, the bytes of
    the data and of everything, and how long it took."""

    index: Path
    requests: int
    searched: int
    data_bytes: int
    bytes: int
    seconds: float


def build(
    settings: Settings,
    folder: Path,
    choice: Choice | None = None,
    *,
    searched: int = MOST_SEARCHED,
    descriptions: bool = False,
) -> SiteReport:
    """Write the dashboard over the published data into a folder that needs no server.

    Its search knows the ``searched`` requests that changed last, half of them open, with their free
    text only if ``descriptions``. Other files in the folder stay. Raises UsageError where nothing
    is published or the folder holds a page that is not ours, WarehouseError where it cannot be
    written.
    """
    began = time.monotonic()
    _refuse_another_page(folder)
    with reading(settings) as con:
        document = content(con, choice or Choice())
        found = included(con, searched, descriptions=descriptions)
    document["live"] = False
    document["searched"] = len(found)
    written = {name: file.read_bytes() for name, file in page_files().items()}
    written["data.js"] = script("data", document).encode("utf-8")
    written["search.js"] = script("search", found).encode("utf-8")
    try:
        for name, body in written.items():
            _write(folder / name, body)
    except OSError as error:
        raise WarehouseError(
            f"{error.filename or folder}: cannot be written: {error.strerror}; "
            "make room or choose another folder"
        ) from None
    return SiteReport(
        index=folder / "index.html",
        requests=document["requests"],
        searched=len(found),
        data_bytes=len(written["data.js"]),
        bytes=sum(map(len, written.values())),
        seconds=time.monotonic() - began,
    )


def page_files() -> dict[str, Traversable]:
    """Give the files of the page by their place in the folder, libraries and licences too."""
    package = resources.files("open311_etl.dashboard")
    page = {file.name: file for file in (package / "page").iterdir() if file.is_file()}
    vendor = {f"vendor/{file.name}": file for file in (package / "vendor").iterdir()}
    return {**page, **vendor}


def vendored() -> list[dict[str, str]]:
    """Give name, version, file, sha256 and licence of each library that the page loads."""
    manifest = resources.files("open311_etl.dashboard") / "vendor" / "manifest.json"
    listed: list[dict[str, str]] = json.loads(manifest.read_text(encoding="utf-8"))
    return listed


def _refuse_another_page(folder: Path) -> None:
    index = folder / "index.html"
    try:
        if index.exists() and _MARK not in index.read_text(encoding="utf-8", errors="replace"):
            raise UsageError(
                f"{index}: a page that is not of open311-etl; choose another folder, or remove it"
            )
    except OSError as error:
        raise WarehouseError(f"{index}: cannot be read: {error.strerror}") from None


def _write(file: Path, body: bytes) -> None:
    """Write a file so that whoever reads it meets the old one or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    part.write_bytes(body)
    part.replace(file)
