"""Write docs/cli.md from what each command says with --help: python docs/write_cli.py."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

import typer

from open311_etl import cli
from open311_etl.cli import screen

PAGE = Path(__file__).with_name("cli.md")

HEAD = """\
# Commands

<!-- Written by docs/write_cli.py from what --help says; change it there. -->

All options stand after the command's name. The result is on stdout, everything else on stderr.
[operations.md](operations.md#exit-codes) says what an exit code means. In Python each command is a
function of the same name: `import open311_etl`.

"""


def page() -> str:
    """Give the whole page as Markdown text."""
    parts = [
        f"## {' '.join((screen.NAME, *names))}\n\n```text\n{told(names)}\n```\n"
        for names in commands(typer.main.get_command(cli.app))
    ]
    return HEAD + "\n".join(parts)


def commands(command: object, *names: str) -> Iterator[tuple[str, ...]]:
    """Give the names of all commands, those below others with the names above them."""
    below = getattr(command, "commands", {})
    if names and not below:
        yield names
    for name, each in below.items():
        yield from commands(each, *names, name)


def told(names: tuple[str, ...]) -> str:
    said = io.StringIO()
    with redirect_stdout(said), patch.dict(os.environ, COLUMNS="80"):
        assert cli.run([*names, "--help"]) == 0
    return "\n".join(line.rstrip() for line in said.getvalue().strip().splitlines())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
