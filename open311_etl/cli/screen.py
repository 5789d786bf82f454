"""What is said where: the result on stdout, everything else on stderr, calm in both."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

NAME = "open311-etl"
PIPE_WIDTH = 100_000
"""Columns of a table that no terminal limits."""

_loudness = 0


def set_loudness(quiet: bool, verbose: int) -> None:
    """Set how much is narrated: -1 for errors and debts only, 0, 1 or 2; logging follows."""
    global _loudness  # noqa: PLW0603 - one process has one screen
    _loudness = -1 if quiet else verbose
    levels = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(f"{NAME}: %(message)s"))
    log = logging.getLogger("open311_etl")
    log.handlers = [handler]
    log.propagate = False
    log.setLevel(levels.get(_loudness, logging.DEBUG))


def verbose() -> bool:
    """True where the user asked for more (-v)."""
    return _loudness > 0


def note(text: str) -> None:
    """Put some lines on stderr."""
    print(clean(text), file=sys.stderr)


def say(text: str) -> None:
    """Narrate, on stderr; not with -q."""
    if _loudness >= 0:
        note(text)


def detail(text: str) -> None:
    """Narrate what only -v asks for."""
    if verbose():
        note(text)


def warn(text: str) -> None:
    """Name a debt or an error in one line on stderr, always."""
    note(f"{NAME}: {' '.join(text.split())}")


def out(text: str) -> None:
    """Give (a part of) the result on stdout; a reader that has gone away is no error."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        hang_up()


def out_json(facts: object) -> None:
    """Give facts (dataclasses, times and paths, too) on stdout as JSON."""
    import msgspec

    encoded = msgspec.json.encode(facts, enc_hook=str)
    out(msgspec.json.format(encoded, indent=2).decode())


@contextmanager
def piped() -> Iterator[IO[bytes]]:
    """Give stdout for bytes; a reader that has enough of them is no error."""
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        hang_up()


def hang_up() -> None:
    """Let what is still written to a stdout that nobody reads go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def show(*renderables: RenderableType) -> None:
    """Give tables and texts of rich on stdout: in colour on a terminal, plain in a pipe."""
    console = stdout()
    with console.capture() as captured:
        for each in renderables:
            console.print(each)
    out("\n".join(line.rstrip() for line in captured.get().rstrip().split("\n")))


def stdout() -> Console:
    """Give the console of stdout; in a pipe it is wide and plain."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False, emoji=False)
    return Console(file=StringIO(), width=PIPE_WIDTH, highlight=False, emoji=False, no_color=True)


def stderr() -> Console:
    """Give the console of stderr, for progress."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, emoji=False)


def debts(source: str, found: Sequence[object], most: int = 10) -> None:
    """Name what a source is known to lack on stderr: the first ones, then how many more."""
    for debt in found[:most]:
        warn(f"source {source}: debt: {debt}")
    if len(found) > most:
        warn(f"source {source}: and {len(found) - most} more: {NAME} status {source}")


def clean(text: str) -> str:
    """Give a text without what could command a terminal: some of it was written by others."""
    return text.translate(_COMMANDS)


_COMMANDS = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def pairs(lines: Mapping[str, object]) -> Table:
    """Give names and what belongs to them as two columns; what is too long goes on below itself."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in lines.items():
        table.add_row(name, str(value))
    return table


def when(moment: datetime | None) -> str:
    """Write an instant for people: ``2026-03-01 08:30 UTC``."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "never"


def ago(moment: datetime, now: datetime) -> str:
    """Write how long ago an instant was: ``3 days ago``, ``in 2 hours``."""
    gone = now - moment
    return f"in {span(-gone)}" if gone < timedelta(0) else f"{span(gone)} ago"


def span(length: timedelta) -> str:
    """Write a length of time in its largest whole unit."""
    seconds = int(length.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            return many(seconds // size, unit)
    return many(seconds, "second")


def many(count: int, noun: str, plural: str = "") -> str:
    """Write a count with its noun: ``1 window``, ``1,024 windows``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
