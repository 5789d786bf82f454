"""The command line: parse, call, print, exit.

Each command gives its exit code: 0 done and complete, 1 done with debt, 2 usage or configuration,
3 the server is down or refuses, 4 the warehouse is busy or damaged, 130 interrupted. What a
command needs is imported when it runs, so that ``--help`` is quick.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec

import typer

from open311_etl.cli import (
    asking,
    checking,
    dashboard,
    demo,
    exporting,
    faults,
    mending,
    posting,
    probe,
    pulling,
    reading,
    screen,
    serving,
)
from open311_etl.cli.options import Version
from open311_etl.errors import Interrupted

EXAMPLES = """
  open311-etl demo                    see it work, with a city on this machine
  open311-etl sources                 the cities it knows
  open311-etl pull boston             bring a city's data up to date
  open311-etl status boston           what is proven, and what is owed
  open311-etl query "FROM service_requests LIMIT 5"
"""


def _examples(lines: str) -> str:
    return f"Examples:\n\n\b\n{lines.strip(chr(10))}"


app = typer.Typer(
    name=screen.NAME,
    help="Every 311 service request of any Open311 (GeoReport v2) city, complete and current.",
    epilog=_examples(EXAMPLES),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _every_command(version: Version = False) -> None:
    pass


for command, lines in (
    *demo.COMMANDS,
    *pulling.COMMANDS,
    *probe.COMMANDS,
    *reading.COMMANDS,
    *checking.COMMANDS,
    *asking.COMMANDS,
    *exporting.COMMANDS,
    *mending.COMMANDS,
    *posting.COMMANDS,
    *serving.COMMANDS,
):
    app.command(epilog=_examples(lines))(command)
for name, subcommand, lines in dashboard.COMMANDS:
    dashboard.app.command(name, epilog=_examples(lines))(subcommand)
app.add_typer(dashboard.app)


def main() -> None:
    """Run the command of this process's arguments, and end the process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's "&" has it ignored
    # A polite end is an interruption, too: what runs is closed, and what was read is kept.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    sys.meta_path.insert(0, _NoFrames())
    sys.exit(run())


def run(args: Sequence[str] | None = None) -> int:
    """Run the command that ``args`` name (the process's own if not given); give its exit code."""
    try:
        code = app(args, prog_name=screen.NAME, standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        screen.hang_up()  # whoever read our result has enough of it
        return 0
    except typer.TyperException as error:
        return faults.misused(error)
    except Exception as error:
        code = faults.tell(error)
        _let_go()
        return code
    if code == Interrupted.exit_code:
        screen.warn("interrupted")
    return int(code or 0)


def _let_go() -> None:
    """Drop what a full stdout did not take: Python would end with 120 for it."""
    try:
        sys.stdout.flush()
    except OSError:
        screen.hang_up()


class _NoFrames:
    """Makes pandas and numpy packages that are not there.

    DuckDB imports pandas, where it is installed, as soon as a value is bound to a query, to see
    whether the value is one of pandas'; pyarrow imports numpy. That is two seconds and 45 MB for
    each command, and none has such values.
    """

    @staticmethod
    def find_spec(name: str, *_: object) -> ModuleSpec | None:
        if name in ("pandas", "numpy"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None
