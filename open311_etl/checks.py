"""Data tests: the queries of ``sql/checks/``, whose every row is a violation.

The header of each file says how bad a violation is (``severity``: error or warning), what to do
about it (``do``) and whether each pull asks it or only ``check`` does (``when``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from open311_etl import warehouse
from open311_etl.config import Settings
from open311_etl.errors import UsageError, WarehouseBusy
from open311_etl.warehouse import Connection

PATIENCE = 2
"""Seconds for which a warehouse that is held is waited for, before the published copy is read."""

SHOWN = 20
"""Violations of a check that are kept; how many there are in all is counted."""

_LINE = re.compile(r"^-- (\w+):\s+(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Check:
    """What a check came to: ``count`` violations, of which the first SHOWN are ``violations``.

    ``severity`` is error or warning; ``what`` says what a violation is, ``todo`` what to do.
    """

    name: str
    severity: str
    what: str
    todo: str
    count: int
    violations: tuple[dict[str, Any], ...]

    @property
    def failed(self) -> bool:
        """True where something is wrong that must not stay."""
        return self.count > 0 and self.severity == "error"

    def __str__(self) -> str:
        first = ", ".join(f"{key} {value}" for key, value in self.violations[0].items())
        more = f" (and {self.count - 1:,} more)" if self.count > 1 else ""
        return f"check {self.name}: {self.severity}: {self.what}: {first}{more}; {self.todo}"


def check(settings: Settings, source: str | None = None, *, quick: bool = False) -> list[Check]:
    """Run all checks over one source, or all; with ``quick`` only those of each pull.

    Gives what each came to, the worst first. Reads the warehouse, or the published copy while
    another process holds the warehouse. Raises UsageError where there are no marts yet or the
    source is not known, WarehouseBusy where there is no copy to read instead.
    """
    if source is not None:
        settings.source(source)  # raises where nobody knows the name
    try:
        return _check(settings.warehouse, source, quick=quick)
    except WarehouseBusy as busy:
        published = settings.published / settings.warehouse.name
        if not published.exists():
            raise WarehouseBusy(f"{busy}, but nothing is published yet") from None
        return _check(published, source, quick=quick)


def violated(found: Sequence[Check]) -> list[Check]:
    """Give the checks that found something."""
    return [each for each in found if each.count]


def exit_code(found: Sequence[Check]) -> int:
    """0: nothing, or warnings only; 1: a violation of severity error."""
    return int(any(each.failed for each in found))


def names() -> list[str]:
    """Give the names of all checks."""
    return sorted(file.stem for file in (warehouse.sql_dir() / "checks").glob("*.sql"))


def header(name: str) -> dict[str, str]:
    """Give the lines of a check's header by their names."""
    text = (warehouse.sql_dir() / "checks" / f"{name}.sql").read_text(encoding="utf-8")
    return dict(_LINE.findall(text))


def _check(file: Path, source: str | None, *, quick: bool) -> list[Check]:
    with warehouse.warehouse(file, read_only=True, wait=PATIENCE) as con:
        made = con.execute("SELECT 1 FROM duckdb_schemas() WHERE schema_name = 'marts'").fetchone()
        if not made:
            raise UsageError(f'{file}: no marts to check yet; "open311-etl publish" makes them')
        now = datetime.now(UTC)
        found = [
            _ask(con, name, source, now)
            for name in names()
            if not quick or header(name)["when"] == "each pull"
        ]
    return sorted(found, key=lambda each: (not each.failed, not each.count, each.name))


def _ask(con: Connection, name: str, source: str | None, now: datetime) -> Check:
    (statement,) = warehouse.statements(f"checks/{name}")
    values = {"source": source, "now": now}
    named = {key: values[key] for key in values if f"${key}" in statement}
    with con.cursor() as own:
        own.execute("SET TimeZone = 'UTC'")
        answer = own.execute(statement, named).to_arrow_table()
    said = header(name)
    return Check(
        name,
        said["severity"],
        said["what"],
        said["do"],
        answer.num_rows,
        tuple(answer.slice(0, SHOWN).to_pylist()),
    )
