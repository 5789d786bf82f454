"""The flow ``open311-pull``: bring the warehouse up to date, watched and retried by Prefect.

``python -m flows.pull chicago --start 2026-01-01`` runs it here and now; with no Prefect server
named (PREFECT_API_URL) it brings its own for as long as it runs.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows import orchestrator, summary
from flows.batch import batches
from flows.place import Places
from flows.progress import Progress
from flows.step import step
from open311_etl.catalog import CatalogReport
from open311_etl.config import Settings, load_settings
from open311_etl.errors import ChecksFailed, Open311Error, SourceError, UsageError
from open311_etl.follow import FollowPlan
from open311_etl.model import Outcome, Window
from open311_etl.pipeline import journey, span_of
from open311_etl.session import Pull, PullReport

if TYPE_CHECKING:
    from open311_etl.publish import PublishReport

WITH_DEBT = "CompletedWithDebt"
"""Name of the final state of a flow run that read all it could, and knows what is missing."""

_given: ContextVar[Settings | None] = ContextVar("_given", default=None)


class Pulled(NamedTuple):
    """What the flow gives: reports, what failed (an error of a report, too), what was published."""

    reports: list[PullReport]
    failures: list[BaseException]
    published: PublishReport | None


def _run_name() -> str:
    return "pull " + ", ".join(flow_run.parameters["sources"])


@flow(name="open311-pull", flow_run_name=_run_name, persist_result=False)
async def pull(
    sources: list[str],
    *,
    start: str | None = None,
    end: str | None = None,
    data_dir: str | None = None,
    config: str | None = None,
    jobs: int | None = None,
    follow_requests: int | None = None,
    publish: bool = True,
) -> State[Pulled]:
    """Bring the warehouse up to date with some sources, one after the other, then publish it.

    The run ends as Completed, as Completed with the name CompletedWithDebt and what is missing as
    its message, or as Failed with the line that says why; one source that fails keeps no other from
    being pulled. What the data tests find of severity error makes it Failed, too, though all is
    published. Secrets come from the environment of the run, never from parameters.

    Args:
        sources: Names of the sources, as "open311-etl sources" lists them.
        start: First moment to read (ISO 8601; a plain date is midnight in the source's zone). If
            empty, the pull goes on from what is proven; the first time it takes 90 days.
        end: The whole run sees this moment as now (ISO 8601). If empty, it is now.
        data_dir: Directory of the warehouse. If empty: OPEN311_DATA_DIR, else ./data.
        config: Configuration file. If empty: OPEN311_CONFIG, else ./open311.toml if it is there.
        jobs: Windows that are read at once, at most. If empty: the source's concurrency.
        follow_requests: Calls that may be made to look at known requests again. If empty: the
            number of the source's profile.
        publish: Whether marts, Parquet and the readers' copy are made afterwards.
    """
    options = {
        "start": start,
        "end": end,
        "data_dir": data_dir,
        "config": config,
        "jobs": jobs,
        "follow_requests": follow_requests,
    }
    states = [await pull_source(name, **options, return_state=True) for name in sources]
    results: list[Any] = [await state.aresult(raise_on_failure=False) for state in states]
    reports = [each for each in results if isinstance(each, PullReport)]
    failures = [each for each in results if not isinstance(each, PullReport)]
    failures += [each.error for each in reports if each.error]
    published = None
    if publish and any(report.error is None for report in reports):
        try:
            settings = _given.get() or load_settings(data_dir, config)
            published = await _publish(settings)
            failures += await _check(settings)
        except Open311Error as error:
            failures.append(error)
    if reports:
        await summary.keep_all(reports, published)
    return _verdict(reports, failures, Pulled(reports, failures, published))


@flow(name="open311-pull-source", flow_run_name="{source}", persist_result=False)
async def pull_source(
    source: str,
    *,
    start: str | None,
    end: str | None,
    data_dir: str | None,
    config: str | None,
    jobs: int | None,
    follow_requests: int | None,
) -> State[Any]:
    """Bring the warehouse up to date with one source; one task reads each window.

    A plan of more than MOST_TASKS windows is read by tasks of several windows each. The result is
    the PullReport, or the error where it did not come to one.
    """
    log = get_run_logger()
    try:
        settings = _given.get() or load_settings(data_dir, config)
        profile = settings.source(source)
        span = span_of(profile, start, end)
        watched = WatchedPull(settings, profile, *span, follow_requests=follow_requests)
        async with watched, Places(profile) as places:
            report = await watched.journey(jobs, places)
    except Exception as error:
        known = _known(error)
        if known is None:
            raise
        log.error("%s", known)
        return Failed(message=str(known), data=known)
    await summary.keep(report)
    if report.error:
        log.error("%s", report.error)
    elif report.debt:
        log.warning("%s: %s", source, summary.owed(report.debt))
    log.info("%s", summary.line(report))
    return _verdict([report], [report.error] if report.error else [], report)


class WatchedPull(Pull):
    """A pull whose steps are tasks of a flow: the catalog, each batch of windows, what changed."""

    async def refresh_catalog(self) -> CatalogReport | None:
        name = self.source.name
        found = await step("refresh-catalog", f"{name} catalog", super().refresh_catalog)
        if found:
            get_run_logger().info("%s: %d services", name, found.listed)
        return found

    async def follow(self) -> list[Outcome]:
        if not self.changes:
            return []
        return await step("follow-changes", f"{self.source.name} changes", super().follow)

    async def ask(self, plan: FollowPlan) -> list[Outcome]:
        ask = partial(super().ask, plan)
        return await step("ask-known", f"{self.source.name} known requests", ask)

    async def journey(self, jobs: int | None, places: Places) -> PullReport:
        """Go from the catalog to the report; a long plan is read several windows in a task."""
        name, planned = self.source.name, len(self.items)
        cut = {batch.window: batch for batch in batches(self, places)}
        progress = Progress(name, planned)
        get_run_logger().info(
            "%s: %s to read%s%s",
            name,
            summary.windows(planned),
            f", {len(next(iter(cut.values())))} in a task" if planned > len(cut) else "",
            ", going on with an interrupted run" if self.resumed else "",
        )

        async def read(window: Window) -> list[Outcome]:
            batch = cut[window]
            await step("read-windows", str(batch), batch.read)
            await progress.advance(len(batch))
            return batch.take()

        self.items = [batch.item for batch in cut.values()]
        await progress.begin()
        report = await journey(self, jobs=jobs, read=read, watcher=progress)
        await progress.end()
        return replace(report, planned=planned)


async def _publish(settings: Settings) -> PublishReport:
    from open311_etl.publish import publish  # noqa: PLC0415 - not needed by every run

    report = await step("publish", "publish", partial(asyncio.to_thread, publish, settings))
    get_run_logger().info("%s", summary.shown(report))
    return report


async def _check(settings: Settings) -> list[BaseException]:
    """Run the data tests of each pull; warnings are logged, errors are given."""
    from open311_etl import checks  # noqa: PLC0415 - not needed by every run

    ask = partial(checks.check, settings, quick=True)
    found = checks.violated(await step("check", "check", partial(asyncio.to_thread, ask)))
    for each in found:
        get_run_logger().log(logging.ERROR if each.failed else logging.WARNING, "%s", each)
    return [ChecksFailed(str(each)) for each in found if each.failed]


def _known(error: BaseException) -> Open311Error | None:
    """Give the error of errors.py in an error, which may be a group of what ran side by side."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, Open311Error) else None


def _verdict(
    reports: Sequence[PullReport], failures: Sequence[BaseException], result: object
) -> State[Any]:
    """Give the final state of a run from what its pulls came to."""
    if failures:
        return Failed(message="; ".join(str(each) for each in failures), data=result)
    debts = [debt for report in reports for debt in report.debt]
    if debts:
        return Completed(name=WITH_DEBT, message=summary.owed(debts), data=result)
    return Completed(message="complete", data=result)


def run(
    sources: Sequence[str],
    *,
    settings: Settings | None = None,
    start: str | None = None,
    end: str | None = None,
    data_dir: str | Path | None = None,
    config: str | Path | None = None,
    jobs: int | None = None,
    follow_requests: int | None = None,
    publish: bool = True,
) -> list[PullReport]:
    """Run the flow here and wait for it; without a Prefect server, one is brought along.

    Takes what the flow takes; ``settings`` replaces what ``data_dir`` and ``config`` would give.
    Gives a report for each source, in their order. Raises UsageError, ConfigError and
    WarehouseError as ``pipeline.pull`` does, and Open311Error where no Prefect server can be had.
    """
    settings = settings or load_settings(data_dir, config)
    options = {"start": start, "end": end, "jobs": jobs, "follow_requests": follow_requests}
    return _run(sources, settings, **options, publish=publish).reports


def _run(sources: Sequence[str], settings: Settings, **options: Any) -> Pulled:
    if not sources:
        raise UsageError('name at least one source ("open311-etl sources" lists them)')
    for name in sources:  # before a server is waited for
        span_of(settings.source(name), options["start"], options["end"])
    parameters = {
        "sources": list(sources),
        "data_dir": str(settings.data_dir),
        "config": str(settings.config_file) if settings.config_file else None,
        **options,
    }

    async def call() -> object:
        state: State[Any] = await pull(**parameters, return_state=True)
        return await state.aresult(raise_on_failure=False)

    token = _given.set(settings)
    try:
        with orchestrator.running():
            result = asyncio.run(call())
    finally:
        _given.reset(token)
    if not isinstance(result, Pulled):
        assert isinstance(result, BaseException)
        raise result
    for failure in result.failures:
        if not isinstance(failure, SourceError):
            raise failure
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the flow from the command line; gives the exit code of the public contract."""
    options = vars(_parser().parse_args(arguments))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's "&" has it ignored
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        settings = load_settings(options.pop("data_dir"), options.pop("config"))
        pulled = _run(options.pop("sources"), settings, **options)
    except KeyboardInterrupt:
        print("interrupted; what was loaded stays, run it again to go on", file=sys.stderr)
        return 130
    except Open311Error as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(summary.text(pulled.reports, pulled.published))
    return max(report.exit_code for report in pulled.reports)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flows.pull",
        description="Bring the warehouse up to date with some sources, as a Prefect flow.",
        epilog="example: python -m flows.pull chicago boston --start 2026-01-01",
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="as open311-etl sources lists")
    parser.add_argument("--start", help="first moment to read (ISO 8601)")
    parser.add_argument("--end", help="the whole run sees this moment as now (ISO 8601)")
    parser.add_argument("--data-dir", help="directory of the warehouse (OPEN311_DATA_DIR, ./data)")
    parser.add_argument("--config", help="configuration file (OPEN311_CONFIG, ./open311.toml)")
    parser.add_argument("--jobs", type=int, help="windows that are read at once, at most")
    parser.add_argument(
        "--follow-requests", type=int, metavar="N", help="calls to look at known requests again"
    )
    parser.add_argument("--no-publish", dest="publish", action="store_false", help="only load")
    return parser


if __name__ == "__main__":
    sys.exit(main())
