"""What ends a command: told in one line, and which exit code it means."""

from __future__ import annotations

import errno
import traceback

import typer

from open311_etl.cli import screen
from open311_etl.errors import Open311Error, WarehouseError


def known(error: BaseException) -> Open311Error | None:
    """Give the error of ``errors.py`` in one that may be a group of what ran side by side."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, Open311Error) else None


def tell(error: BaseException) -> int:
    """Name an error that ended a command on stderr, and give its exit code."""
    ours = known(error)
    if ours is not None:
        screen.warn(str(ours))
        return ours.exit_code
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        screen.warn(
            f"the result cannot be written: {error.strerror}; make room or send it elsewhere"
        )
        return WarehouseError.exit_code
    if screen.verbose():
        traceback.print_exception(error)
    screen.warn(
        f"this is a fault in {screen.NAME}: {type(error).__name__}: {error}; nothing that was "
        "loaded is lost; please report it with what the same command says with -v"
    )
    return 1


def misused(error: typer.TyperException) -> int:
    """Say in one line what is wrong with a call, and how to see what is right."""
    context = getattr(error, "ctx", None)
    said = error.format_message().rstrip(".").replace("Value error, ", "")
    if "\n" in said:  # a call without any arguments is answered with the help
        screen.note(said)
        return 2
    command, hint = screen.NAME, ""
    if context:
        command = context.command_path
    near = getattr(error, "possibilities", None)
    if near is not None:
        said = f"no such option: {getattr(error, 'option_name', '')}"
        said += f"; did you mean {' or '.join(near)}?" if near else ""
        hint = "; a command's options stand after its name" if command == screen.NAME else ""
    screen.warn(f'{said[:1].lower()}{said[1:]} ("{command} --help" shows how{hint})')
    return 2
