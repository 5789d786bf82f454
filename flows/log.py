"""The log of a flow, fit to read: what the flows say, an error in one line, nothing of the machine.

Prefect logs each task that fails with a traceback, and each that is cancelled as a crash. A source
that is down is no fault of the program, and the windows that are given up then are no crashes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from open311_etl.errors import Open311Error

_RUNS = logging.getLogger("prefect.flow_runs"), logging.getLogger("prefect.task_runs")


def calm(record: logging.LogRecord) -> bool:
    """Say whether a task's line is logged, and cut the traceback off an error of errors.py."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, Open311Error):
        record.msg, record.args, record.exc_info = str(error), (), None
    return "cancelled by the runtime environment" not in record.getMessage()


def ours(record: logging.LogRecord) -> bool:
    """Say whether a flow itself wrote the line, or Prefect met an error that is none of ours."""
    return record.module not in ("flow_engine", "task_engine") or bool(record.exc_info)


@contextmanager
def quiet() -> Iterator[None]:
    """Leave out what Prefect says of the runs while the ``with`` block runs.

    With a temporary server nobody can follow its link, and the flows tell all of it themselves.
    """
    for logger in _RUNS:
        logger.addFilter(ours)
    try:
        yield
    finally:
        for logger in _RUNS:
            logger.removeFilter(ours)


logging.getLogger("flows").setLevel(logging.INFO)  # what is said outside of any run
_RUNS[1].addFilter(calm)
