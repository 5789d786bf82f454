"""The commands as functions: what a notebook or another program calls.

    import open311_etl as open311

    open311.pull("chicago", start="2026-11-01")
    open311.query("SELECT status, count(*) AS n FROM service_requests GROUP BY ALL").to_pandas()
    open311.read("chicago", "2026-11-01", "2026-12-01")     # a frame of pandas
    open311.connect().sql("FROM service_requests").pl()     # DuckDB, read-only

Each function takes ``settings``, as ``load_settings(data_dir, config)`` gives them; without, those
of the environment and of ``./open311.toml`` apply. All raise the errors of ``open311_etl.errors``;
their ``exit_code`` is what the command would end with.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from open311_etl import frames, pipeline, published, submission
from open311_etl.audit import SAMPLE, AuditReport
from open311_etl.audit import audit as _audit
from open311_etl.catalog import CatalogReport
from open311_etl.checks import Check, violated
from open311_etl.checks import check as _check
from open311_etl.config import Settings, Source, load_settings
from open311_etl.doctor import Finding
from open311_etl.doctor import doctor as _doctor
from open311_etl.export import Export, Form, form_of
from open311_etl.export import export as _export
from open311_etl.frames import Into
from open311_etl.publish import PublishReport
from open311_etl.publish import publish as _publish
from open311_etl.query import query as _query
from open311_etl.replay import ReplayReport
from open311_etl.replay import replay as _replay
from open311_etl.selection import Wanted
from open311_etl.session import Pull, PullReport
from open311_etl.status import SourceStatus
from open311_etl.status import status as _status
from open311_etl.submission import Fields, Submission
from open311_etl.warehouse import Connection

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")

_log = logging.getLogger(__name__)


def pull(
    *sources: str,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
    jobs: int | None = None,
    follow_requests: int | None = None,
    publish: bool = True,
    settings: Settings | None = None,
) -> list[PullReport]:
    """Bring the warehouse up to date with some sources, then publish it; a report for each.

    ``start``, ``end``, ``jobs`` and ``follow_requests`` as in ``pipeline.pull``. A source that is
    down or refuses does not keep the others from being pulled: its report has the ``error``. What
    the data tests find is logged. Raises UsageError, ConfigError and WarehouseError.
    """
    given = settings or load_settings()
    options: dict[str, Any] = {"start": start, "end": end, "jobs": jobs}
    options["follow_requests"] = follow_requests
    reports = _apart(lambda: pipeline.pull(sources, given, **options))
    if publish and any(report.error is None for report in reports):
        _publish(given)
        for each in violated(_check(given, quick=True)):
            _log.log(logging.ERROR if each.failed else logging.WARNING, "%s", each)
    return reports


def catalog(source: str, *, settings: Settings | None = None) -> CatalogReport | None:
    """Refresh the services of a source and their definitions, and nothing else.

    Gives ``None`` where a pull that was cut short has just done it. Raises SourceError and
    WarehouseError.
    """
    given = settings or load_settings()
    profile = given.source(source)

    async def refresh() -> CatalogReport | None:
        async with Pull(given, profile) as each:
            found = await each.refresh_catalog()
            if not each.resumed:  # a pull that was cut short is left for the next one to take up
                await each.finish()
            return found

    return _apart(lambda: asyncio.run(refresh()))


def publish(*, settings: Settings | None = None) -> PublishReport:
    """Write the Parquet lake and the readers' database now; see ``publish.publish``."""
    return _publish(settings or load_settings())


def check(
    source: str | None = None, *, quick: bool = False, settings: Settings | None = None
) -> list[Check]:
    """Run the data tests over one source, or all; see ``checks.check``."""
    return _check(settings or load_settings(), source, quick=quick)


def status(source: str | None = None, *, settings: Settings | None = None) -> list[SourceStatus]:
    """Give how things stand with one source, or with each that was pulled; ``status.status``."""
    return _status(settings or load_settings(), source)


def sources(*, settings: Settings | None = None) -> dict[str, Source]:
    """Give the known sources by name."""
    return dict((settings or load_settings()).sources)


def query(
    sql: str,
    parameters: Mapping[str, object] | None = None,
    *,
    settings: Settings | None = None,
) -> pa.Table:
    """Run one query, read-only, and give its answer as an Arrow table; see ``query.asking``."""
    return _query(settings or load_settings(), sql, parameters)


def connect(*, settings: Settings | None = None) -> Connection:
    """Open the published data read-only with DuckDB; see ``published.connect``.

    ``con.sql(...)`` gives relations with ``.df()``, ``.pl()`` and ``.to_arrow_table()``. Close it,
    or use it in a ``with`` block.
    """
    return published.connect(settings or load_settings())


def read(
    source: str | None = None,
    start: str | date | datetime | None = None,
    end: str | date | datetime | None = None,
    *,
    services: Sequence[str] = (),
    statuses: Sequence[str] = (),
    columns: Sequence[str] = (),
    into: Into = "pandas",
    settings: Settings | None = None,
) -> Any:
    """Read the requests of a source, or of all, that were made in ``[start, end)``.

    ``start`` and ``end`` bound ``requested_datetime``: a date is midnight in the source's zone, as
    is a time without offset. ``services`` are codes or names, ``statuses`` and ``columns`` names.
    Gives a DataFrame of pandas, or with ``into="polars"`` of polars, or with ``into="arrow"`` an
    Arrow table: one row a request, in order of ``requested_datetime``, times with the source's zone
    (UTC where there are several). Raises UsageError that names what is nearest to a wrong name.
    """
    wanted = Wanted(
        "requests", source, start, end, tuple(services), tuple(statuses), tuple(columns)
    )
    return frames.read(settings or load_settings(), wanted, into)


def export(
    output: str | Path | IO[bytes],
    table: str = "requests",
    *,
    source: str | None = None,
    start: str | date | datetime | None = None,
    end: str | date | datetime | None = None,
    services: Sequence[str] = (),
    statuses: Sequence[str] = (),
    columns: Sequence[str] = (),
    form: str | None = None,
    force: bool = False,
    settings: Settings | None = None,
) -> Export:
    """Write requests, or a mart, to a file or a stream; see ``export.export`` and :func:`read`.

    ``form`` is parquet, geoparquet, csv or geojson; what the file's name ends in, if not given.
    """
    wanted = Wanted(table, source, start, end, tuple(services), tuple(statuses), tuple(columns))
    place = Path(output) if isinstance(output, str) else output
    written = Form(form) if form else form_of(place if isinstance(place, Path) else None)
    return _export(settings or load_settings(), wanted, written, place, force=force)


def audit(
    source: str, *, windows: int = SAMPLE, seed: int | None = None, settings: Settings | None = None
) -> AuditReport:
    """Read some proven windows of a source again, chosen at random; see ``audit.audit``."""
    given = settings or load_settings()
    return _apart(lambda: _audit(given, source, windows=windows, seed=seed))


def replay(source: str | None = None, *, settings: Settings | None = None) -> ReplayReport:
    """Rebuild the warehouse from landing, or one source of it; see ``replay.replay``."""
    return _replay(settings or load_settings(), source)


def doctor(*, fix: bool = False, settings: Settings | None = None) -> list[Finding]:
    """Look at everything in the data directory; see ``doctor.doctor``."""
    return _doctor(settings or load_settings(), fix=fix)


def submit(source: str, fields: Fields, *, settings: Settings | None = None) -> Submission:
    """Report a service request to a source, once; see ``submission.submit``."""
    return _apart(lambda: submission.submit(settings or load_settings(), source, fields))


def token(source: str, token: str, *, settings: Settings | None = None) -> Submission:
    """Ask what has become of a token; see ``submission.token``."""
    return _apart(lambda: submission.token(settings or load_settings(), source, token))


def _apart(call: Callable[[], T]) -> T:
    """Call what runs an event loop of its own, also where one is running already (notebooks)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return call()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()
