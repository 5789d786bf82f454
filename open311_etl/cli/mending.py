"""``audit``, ``replay`` and ``doctor``: whether all is there and well, and what mends it."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from open311_etl.cli import screen
from open311_etl.cli.options import (
    AsJson,
    Config,
    DataDir,
    Quiet,
    SourceName,
    Verbose,
    at_least,
    opened,
    source_names,
)
from open311_etl.errors import Interrupted

if TYPE_CHECKING:
    from open311_etl.audit import AuditedWindow, AuditReport

AUDIT = """
  open311-etl audit chicago
  open311-etl audit chicago --windows 100
  open311-etl audit chicago --seed 311 --json
"""


def audit(
    source: SourceName,
    *,
    windows: Annotated[
        int, typer.Option(callback=at_least(1), metavar="N", help="Windows to read again.")
    ] = 20,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Draw the windows that this number draws.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Read a random sample of proven windows again, and compare.

    Tells what was missing, changed or vanished of how many, and how much of all can be missing at
    most (with 95 % confidence). What was missing is stored, and its window is read again later.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl.audit import audit as audited

    def told(window: AuditedWindow) -> None:
        screen.detail(_window(window))

    try:
        report = audited(settings, source, windows=windows, seed=seed, told=told)
    except KeyboardInterrupt:
        raise Interrupted("interrupted; what was read is kept, nothing is judged by it") from None
    if as_json:
        screen.out_json({**_facts(report), "windows": report.windows})
    else:
        screen.show(screen.pairs(_lines(report)))
    for each in report.windows:
        if each.missing or each.verdict in ("suspect", "blocked"):
            screen.warn(f"source {source}: debt: {_window(each)}")
    return report.exit_code


REPLAY = """
  open311-etl replay
  open311-etl replay chicago
  open311-etl replay --no-publish
"""


def replay(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE",
            help="Only this one; without it, all that landed.",
            autocompletion=source_names,
            show_default=False,
        ),
    ] = None,
    *,
    no_publish: Annotated[
        bool, typer.Option("--no-publish", help="Leave what readers see as it is.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Rebuild the warehouse from landing alone.

    The old one stays until the new one is whole. What landing lost is named, and its windows are
    read again by the next pull.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl.publish import publish
    from open311_etl.replay import replay as replayed

    try:
        report = replayed(settings, source)
        published = None if no_publish else publish(settings)
    except KeyboardInterrupt:
        raise Interrupted("interrupted; the warehouse is as it was") from None
    if as_json:
        screen.out_json({"replayed": report, "published": published})
    else:
        lines = {
            "replayed": ", ".join(report.sources),
            "from": f"{screen.many(report.runs, 'run')}, {screen.many(report.readings, 'reading')}"
            f" in {report.seconds:.1f} s",
            "lost": f"{screen.many(len(report.damages), 'landed thing')}, named below"
            if report.damages
            else "nothing",
        }
        if report.kept:
            lines["kept"] = f"{report.kept}: the warehouse of before"
        screen.show(screen.pairs(lines))
    for damage in report.damages:
        screen.warn(damage)
    return report.exit_code


DOCTOR = """
  open311-etl doctor
  open311-etl doctor --fix
  open311-etl doctor --data-dir /srv/311 --json
"""


def doctor(
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Look whether the data directory is well, and say what to do.

    Holds landing against its hashes, the warehouse against its ledger and landing, and what is
    published against the warehouse; looks at room, permissions, versions, and who holds what.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl import doctor as room

    try:
        findings = room.doctor(settings, fix=fix)
    except KeyboardInterrupt:
        raise Interrupted("interrupted; nothing was harmed") from None
    if as_json:
        screen.out_json({"findings": findings})
    else:
        for each in findings:
            mark = "ok" if each.well else "mended" if each.fixed else "WRONG"
            advice = f"; {each.advice}" if each.advice and not each.fixed else ""
            screen.out(screen.clean(f"{mark:<7} {each.about:<12} {each.said}{advice}"))
    code = room.exit_code(findings)
    wrong = sum(not each.well and not each.fixed for each in findings)
    if code and not as_json:
        screen.warn(f"{screen.many(wrong, 'thing')} in {settings.data_dir} not well, named above")
    return code


COMMANDS = ((audit, AUDIT), (replay, REPLAY), (doctor, DOCTOR))


def _facts(report: AuditReport) -> dict[str, object]:
    return {
        "source": report.source,
        "seed": report.seed,
        "proven_windows": report.proven,
        "listed": report.listed,
        "missing": report.missing,
        "changed": report.changed,
        "vanished": report.vanished,
        "confidence": report.confidence,
        "most_missing": report.most_missing,
    }


def _lines(report: AuditReport) -> dict[str, object]:
    sure = f"{100 * report.confidence:g} %"
    return {
        report.source: f"{len(report.windows):,} of {report.proven:,} proven windows read again",
        "  listed": f"{report.listed:,} requests",
        "  missing": f"{report.missing:,}; with {sure} confidence at most "
        f"{100 * report.most_missing:.3g} % of all are",
        "  changed": f"{report.changed:,}, and stored",
        "  vanished": f"{report.vanished:,} are no longer listed",
        "  again with": f"--seed {report.seed}",
    }


def _window(each: AuditedWindow) -> str:
    missing = ", ".join(each.missing[:3]) + (", ..." if len(each.missing) > 3 else "")
    return (
        f"{each.verdict} {each.window}: {len(each.missing)} of {each.listed} listed were missing"
        + (f" ({missing})" if missing else "")
    )
