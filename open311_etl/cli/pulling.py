"""``pull``, ``catalog`` and ``publish``: what brings data in, and puts it out for readers."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from open311_etl.cli import checking, screen
from open311_etl.cli.faults import known
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
from open311_etl.errors import Interrupted, Open311Error

if TYPE_CHECKING:
    from open311_etl.checks import Check
    from open311_etl.config import Settings
    from open311_etl.publish import PublishReport
    from open311_etl.session import PullReport

PULL = """
  open311-etl pull chicago
  open311-etl pull chicago boston --jobs 2
  open311-etl pull chicago --start 2026-01-01 --end 2026-02-01
  open311-etl pull chicago --dry-run
"""


def pull(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help='Names that "open311-etl sources" lists.',
            autocompletion=source_names,
            show_default=False,
        ),
    ],
    *,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="First moment to read: 2026-03-01 (midnight in the source's zone), "
            "2026-03-01T08:30 (likewise) or 2026-03-01T08:30:00Z. Without it: all that is not "
            "proven yet; the first time, the last 90 days.",
            show_default=False,
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="See this moment as now.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be read and why; ask nobody.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            callback=at_least(1),
            metavar="N",
            help="Most windows read at once; else what the source's profile says.",
            show_default=False,
        ),
    ] = None,
    follow_requests: Annotated[
        int | None,
        typer.Option(
            "--follow-requests",
            callback=at_least(0),
            metavar="N",
            help="Most calls to look at known requests again; else what the profile says.",
            show_default=False,
        ),
    ] = None,
    no_publish: Annotated[
        bool, typer.Option("--no-publish", help="Leave what readers see as it is.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Bring the warehouse up to date with some sources.

    Reads the catalog, every window of time that is not proven yet, what is owed from earlier runs
    and what changed since, and publishes it all for readers. Run it again whenever you like, also
    after it was interrupted.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl.cli import report
    from open311_etl.pipeline import span_of
    from open311_etl.session import PullReport

    for name in sources:  # what is wrong with the call is said before anything is done
        span_of(settings.source(name), start, end)
    names = list(dict.fromkeys(sources))
    if dry_run:
        asked = {"start": start, "end": end, "follow_requests": follow_requests}
        return _plan(settings, names, asked, as_json)
    made: dict[str, PullReport | Open311Error] = {}
    published: PublishReport | Open311Error | None = None
    found: list[Check] = []
    with _resumable():
        for name in names:
            options = {"start": start, "end": end, "jobs": jobs, "follow_requests": follow_requests}
            made[name] = _pulled(settings, name, options, hidden=quiet or as_json)
            _tell(name, made[name], as_json)
        if not no_publish and any(
            isinstance(each, PullReport) and not each.error for each in made.values()
        ):
            published = _published(settings)
            if isinstance(published, Open311Error):
                screen.warn(str(published))
            else:
                found = checking.after_pull(settings)
    if as_json:
        screen.out_json(report.facts(made, published))
    codes = [getattr(each, "exit_code", 0) for each in (*made.values(), published)]
    return max(*codes, int(any(each.failed for each in found)))


CATALOG = """
  open311-etl catalog chicago
  open311-etl query "SELECT service_code, service_name FROM services"
"""


def catalog(
    source: SourceName,
    *,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Refresh the services and definitions of a source only."""
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl import library
    from open311_etl.cli import report

    with _resumable():
        found = library.catalog(source, settings=settings)
    if found is None:
        screen.say(f"source {source}: a pull that was cut short has read the catalog just before")
        return 0
    if as_json:
        screen.out_json(found)
    else:
        screen.out(f"{source}: {report.catalog(found)}")
    if found.reason:
        screen.warn(f"source {source}: debt: catalog {found.verdict}: {found.reason}")
    return 1 if found.reason else 0


PUBLISH = """
  open311-etl publish
  open311-etl publish --data-dir /srv/311
"""


def publish(
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Write the Parquet lake and the readers' database now.

    A pull does it at its end. What did not change is not written again, and whoever reads goes on
    reading what they have opened.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl.cli import report

    with _resumable():
        published = _published(settings)
    if isinstance(published, Open311Error):
        raise published
    if as_json:
        screen.out_json(published)
    else:
        report.show_published(published)
    return 0


COMMANDS = ((pull, PULL), (catalog, CATALOG), (publish, PUBLISH))


@contextmanager
def _resumable() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted; what was read is kept, and the same command goes on from there"
        ) from None


def _pulled(
    settings: Settings, name: str, options: dict[str, Any], *, hidden: bool
) -> PullReport | Open311Error:
    """Pull one source; an error is given, not raised, because other sources wait."""
    from open311_etl import pipeline
    from open311_etl.cli.progress import Bar

    try:
        with Bar(hidden=hidden) as bar:
            (made,) = pipeline.pull([name], settings, **options, watcher=bar)
    except (Open311Error, BaseExceptionGroup) as error:
        ours = known(error)
        if ours is None:
            raise
        return ours
    return made


def _published(settings: Settings) -> PublishReport | Open311Error:
    from open311_etl.publish import publish as written

    try:
        return written(settings)
    except Open311Error as error:
        return error


def _tell(name: str, made: PullReport | Open311Error, as_json: bool) -> None:
    """Give what a pull came to, and name its debts and its error."""
    from open311_etl.cli import report

    if isinstance(made, Open311Error):
        screen.warn(str(made))
        return
    if not as_json:
        report.show(made)
    if made.services and made.services.reason:
        screen.warn(f"source {name}: catalog {made.services.verdict}: {made.services.reason}")
    screen.debts(name, made.debt)
    for alarm in made.alarms:
        screen.warn(f"source {name}: alarm: {alarm}")
    if made.error:
        screen.warn(str(made.error))


def _plan(settings: Settings, names: list[str], asked: dict[str, Any], as_json: bool) -> int:
    """Show the windows that a pull would read, why, whom it would follow, and what it may cost."""
    from open311_etl import pipeline, status
    from open311_etl.cli import report

    plans = []
    for name in names:
        plan = pipeline.plan(name, settings, **asked)
        lengths = [each.window.end - each.window.start for each in plan.items]
        hours = sum(each.total_seconds() for each in lengths) / 3600
        requests = status.estimated_requests(settings, name, hours, len(plan.items))
        plans.append((name, plan, requests))
    if as_json:
        screen.out_json({"sources": [report.plan_facts(*each) for each in plans]})
    else:
        for each in plans:
            report.show_plan(*each)
    return 0
