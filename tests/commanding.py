"""The command line, run within the test: what it ends with, and what it said where."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from open311_etl import cli
from open311_etl.cli import screen

ROOT = Path(__file__).parent.parent

HOLD = """
import duckdb, sys
held = duckdb.connect("data/open311.duckdb")
print(flush=True)
sys.stdin.read()
"""
"""A program that says when it holds the warehouse, and does so until its input ends."""


@dataclass(frozen=True)
class Ended:
    """Exit code, and what stdout and stderr got."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def line(self) -> str:
        """The one line on stderr; there must be no other, and no traceback."""
        (line,) = self.err.splitlines()
        assert line.startswith("open311-etl: ")
        return line


def command(*args: str | Path, **env: str) -> Ended:
    """Run a command as a pipe would, with only those OPEN311 variables that are given."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with _streams(out, err), patch.dict(os.environ, {**_unset(), **env}, clear=True):
        code = cli.run([str(each) for each in args])
        out.flush()
    screen.set_loudness(False, 0)
    return Ended(code, out.detach().getvalue(), err.getvalue())


def environment(**more: str) -> dict[str, str]:
    """Give the environment for the real command as a process of its own."""
    return {**_unset(), "PYTHONPATH": str(ROOT), **more}


def process(*args: str | Path) -> list[str]:
    """Give the call of the real command."""
    return [sys.executable, "-m", "open311_etl", *map(str, args)]


def config(file: Path, **sources: str) -> Path:
    """Write a configuration with a source for each name and URL, as Chicago's zone has it."""
    tables = [
        f'[sources.{name.replace("_", "-")}]\nurl = "{url}"\ntimezone = "America/Chicago"\n'
        f'page_size = 500\nfirst_page = 1\nretries = 0\napi_key_env = "SPRINGFIELD_KEY"\n'
        for name, url in sources.items()
    ]
    file.write_text("\n".join(tables))
    return file


def _unset() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("OPEN311_")}


@contextmanager
def _streams(out: io.TextIOWrapper, err: io.StringIO) -> Iterator[None]:
    with patch.object(sys, "stdout", out), patch.object(sys, "stderr", err):
        yield
