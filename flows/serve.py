"""Serve the pull on a schedule, on one machine: ``python -m flows.serve chicago boston``.

With no Prefect server named (PREFECT_API_URL) it brings its own, with the dashboard, for as long as
it serves. Each source is a deployment of its own, so each can be paused or started there.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import timedelta

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Interval, Schedule
from prefect.types.entrypoint import EntrypointType

from flows import orchestrator
from flows.pull import pull
from open311_etl.config import Settings, known_zone, load_settings
from open311_etl.errors import Open311Error, UsageError

DAILY = "30 5 * * *"
"""Half past five each morning in the source's zone: the day before is over, its updates are in."""

ONE = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
"""A pull that is due while the one before goes on is left out: there is nothing for it to do."""


def deployments(
    names: Sequence[str],
    settings: Settings,
    *,
    cron: str = DAILY,
    every: float | None = None,
    timezone: str | None = None,
    jobs: int | None = None,
) -> list[RunnerDeployment]:
    """Give a deployment of the pull for each source.

    ``cron`` is in ``timezone``, by default the source's own; ``every`` seconds take its place.
    Raises UsageError for unknown sources, and for a schedule or a zone that cannot be read.
    """
    if not names:
        raise UsageError(
            'name the sources to serve: make serve SOURCES="chicago boston", python -m flows.serve '
            'chicago boston, or OPEN311_SOURCES="chicago boston"'
        )
    made = []
    for source in [settings.source(name) for name in names]:
        try:
            schedule = _schedule(cron, every, timezone or source.timezone)
            deployment = pull.to_deployment(
                source.name,
                schedule=schedule,
                parameters={
                    "sources": [source.name],
                    "data_dir": str(settings.data_dir.resolve()),
                    "config": str(settings.config_file.resolve()) if settings.config_file else None,
                    "jobs": jobs,
                },
                tags=["open311", source.name],
                concurrency_limit=ONE,
                entrypoint_type=EntrypointType.MODULE_PATH,
            )
        except ValueError as error:
            told = str(error).strip().splitlines()[-1].strip()
            raise UsageError(f"source {source.name}: no such schedule: {told}") from None
        assert isinstance(deployment, RunnerDeployment)
        made.append(deployment)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped (Ctrl-C or SIGTERM); gives the exit code of the public contract."""
    given = _parser().parse_args(arguments)
    try:
        settings = load_settings(given.data_dir, given.config)
        served = deployments(
            given.sources or os.environ.get("OPEN311_SOURCES", "").replace(",", " ").split(),
            settings,
            cron=given.cron,
            every=given.every,
            timezone=given.timezone,
            jobs=given.jobs,
        )
        with orchestrator.lasting() as dashboard:
            names = ", ".join(each.name for each in served)
            when = f"every {given.every:g} s" if given.every else f'at "{given.cron}"'
            print(f"serving {names} {when}; dashboard: {dashboard}; Ctrl-C ends it", flush=True)
            serve(*served, print_starting_message=False)
    except Open311Error as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        pass
    return 0


def _schedule(cron: str, every: float | None, timezone: str) -> Schedule:
    """Give the schedule; raises ValueError where it is none."""
    try:
        known_zone(timezone)
    except ValueError as error:
        raise ValueError(f'"{timezone}" {error}') from None
    if every is None:
        return Cron(cron, timezone=timezone)
    if every <= 0:
        raise ValueError(f"every {every:g} s")
    return Interval(timedelta(seconds=every), timezone=timezone)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flows.serve",
        description="Pull some sources on a schedule, until stopped.",
        epilog='example: python -m flows.serve chicago boston --cron "0 */6 * * *"',
    )
    ask = parser.add_argument
    ask("sources", nargs="*", metavar="SOURCE", help="sources to serve (OPEN311_SOURCES)")
    when = parser.add_mutually_exclusive_group()
    cron, every = os.environ.get("OPEN311_CRON", DAILY), os.environ.get("OPEN311_EVERY")
    when.add_argument("--cron", default=cron, help="when to pull (OPEN311_CRON, %(default)s)")
    when.add_argument(
        "--every", type=float, default=every, help="seconds from pull to pull (OPEN311_EVERY)"
    )
    ask("--timezone", help="zone of the schedule; without it, each source's own")
    ask("--data-dir", help="directory of the warehouse (OPEN311_DATA_DIR, ./data)")
    ask("--config", help="configuration file (OPEN311_CONFIG, ./open311.toml)")
    ask("--jobs", type=int, help="windows of a source that are read at once, at most")
    return parser


if __name__ == "__main__":
    sys.exit(main())
