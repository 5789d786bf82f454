"""A pull that can be watched: a bar on a terminal, a line for each window with -v."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from open311_etl.agenda import Item
from open311_etl.cli import screen
from open311_etl.model import LoadReport, Outcome, Window


class Bar:
    """Follows the pull of a source (a ``pipeline.Watcher``) on stderr; a context manager.

    Shows nothing in a pipe and with -q.
    """

    def __init__(self, *, hidden: bool) -> None:
        console = screen.stderr()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("windows, {task.fields[rows]:,} rows"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=hidden or not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._rows: dict[str, int] = {}
        self._total: dict[str, int] = {}

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._progress.stop()

    def planned(self, source: str, items: Sequence[Item]) -> None:
        if source in self._tasks:
            self._total[source] += len(items)
            self._progress.update(self._tasks[source], total=self._total[source])
            return
        self._tasks[source] = self._progress.add_task(source, total=len(items), rows=0)
        self._total[source] = len(items)
        self._rows[source] = 0

    def read(self, source: str, window: Window, outcomes: Sequence[Outcome]) -> None:
        self._rows[source] += sum(outcome.records for outcome in outcomes)
        self._progress.update(self._tasks[source], advance=1, rows=self._rows[source])
        screen.detail(f"{source} {window}: read in {screen.many(len(outcomes), 'piece')}")
        for each in outcomes:
            reason = f": {each.reason}" if each.reason else ""
            screen.detail(f"  {each.window} {each.verdict}, {each.records:,} entries{reason}")

    def loaded(self, source: str, report: LoadReport) -> None:
        screen.detail(f"{source}: loaded {report.records:,} entries, {report.new:,} of them new")


class RowBar:
    """Follows the writing of rows on stderr; a context manager. Nothing in a pipe and with -q."""

    def __init__(self, what: str, *, hidden: bool) -> None:
        console = screen.stderr()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} rows"),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=hidden or not console.is_terminal,
        )
        self._task = self._progress.add_task(what, total=0)

    def __enter__(self) -> RowBar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._progress.stop()

    def watch(self, done: int, of: int) -> None:
        """Show how many rows are written, and of how many."""
        self._progress.update(self._task, completed=done, total=of)
