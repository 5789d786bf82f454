"""The snapshot: ``published/open311.duckdb``, a link to the newest of ``published/releases/``.

A release is a copy of the warehouse's file as a checkpoint left it: the same tables, views,
comments and format, for a tenth of what writing the rows again costs. Readers open the link; who
has the release before open goes on reading that one.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from open311_etl import failpoint, warehouse
from open311_etl.disk import copy, sync
from open311_etl.errors import Open311Error, WarehouseBusy
from open311_etl.warehouse import Connection

_RELEASE = re.compile(r"open311-\d{8}T\d{6}Z-(\d+)\.duckdb")


class Snapshots:
    """The releases of one warehouse and the link to the newest: :meth:`stage`, :meth:`show`."""

    def __init__(self, con: Connection, file: Path, folder: Path, wait: float) -> None:
        self._con = con
        self._warehouse = file
        self._releases = folder / "releases"
        self._wait = wait
        self._staged: Path | None = None
        self.link = folder / "open311.duckdb"
        self.renewed = False

    def stage(self) -> None:
        """Copy the warehouse's committed state, unless the current release shows it already.

        Raises OSError or duckdb.Error where the disk refuses, WarehouseBusy where another part of
        this process writes for longer than is waited.
        """
        for folder in (self.link.parent, self._releases):
            for left in folder.glob(".*.part"):
                left.unlink()
        if _state(self._con) == self._shown():
            return
        self._releases.mkdir(parents=True, exist_ok=True)
        number = max((_number(each) for each in self._all()), default=0) + 1
        self._staged = (
            self._releases / f"open311-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{number}.duckdb"
        )
        part = _part(self._staged)
        self._checkpoint()
        with warehouse.transaction(self._con):
            warehouse.run(self._con, "publish/hold")
            copy(self._warehouse, part)
        _protect(part)

    def show(self) -> None:
        """Make the staged release, if there is one, the one that readers open from now on."""
        if self._staged is None:
            return
        _part(self._staged).replace(self._staged)
        sync(self._releases)
        link = _part(self.link)
        try:
            link.symlink_to(self._staged.relative_to(self.link.parent))
        except (OSError, NotImplementedError):  # a file system, or a Windows, without links
            copy(self._staged, link)
            _protect(link)
        failpoint.reach("publish-before-link")
        link.replace(self.link)
        failpoint.reach("publish-after-link")
        sync(self.link.parent)
        self._staged = None
        self.renewed = True

    def withdraw(self) -> None:
        """Remove what is staged and not shown."""
        if self._staged is not None:
            for left in (_part(self._staged), _part(self.link)):
                with suppress(OSError):
                    left.unlink(missing_ok=True)

    def prune(self, keep: int) -> None:
        """Remove all releases but the newest ``keep`` and the current one."""
        current = self.link.resolve()
        for old in sorted(self._all(), key=_number)[:-keep]:
            if old.resolve() != current:
                with suppress(
                    OSError
                ):  # held open where that matters; the next publish tries again
                    old.unlink()

    def _checkpoint(self) -> None:
        """Bring all that is committed into the file; not possible while another thread writes."""
        patience = stop_after_delay(self._wait)
        others = retry_if_exception_type(duckdb.TransactionException)
        try:
            for attempt in Retrying(retry=others, stop=patience, wait=wait_fixed(0.1)):
                with attempt:
                    self._con.execute("CHECKPOINT")
        except RetryError:
            raise WarehouseBusy(
                f"{self._warehouse}: this process goes on writing to it; publish when it is done"
            ) from None

    def _all(self) -> list[Path]:
        return [each for each in self._releases.glob("*.duckdb") if _RELEASE.fullmatch(each.name)]

    def _shown(self) -> str | None:
        """Give the state that the current release shows; None where there is none to be read."""
        try:
            with warehouse.warehouse(self.link, read_only=True, wait=0) as con:
                return _state(con)
        except (Open311Error, duckdb.Error):
            return None


def _state(con: Connection) -> str:
    (row,) = warehouse.rows(con, "publish/state")
    return str(row["state"])


def _number(release: Path) -> int:
    found = _RELEASE.fullmatch(release.name)
    return int(found[1]) if found else 0


def _part(file: Path) -> Path:
    return file.with_name(f".{file.name}.part")


def _protect(file: Path) -> None:
    """Take the right to write away: a tool that opens for writing would lock out other readers."""
    file.chmod(file.stat().st_mode & 0o444)
