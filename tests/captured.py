"""Captured bodies of real servers, and DuckDB reading a body as the load does."""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

SHARED = Path(os.environ.get("OPEN311_SHARED", Path(__file__).parents[2] / "shared"))
FIXTURES = SHARED / "fixtures"
ABSENT = f"no captured bodies at {FIXTURES} (set OPEN311_SHARED)"


def captured(*patterns: str) -> list[Path]:
    """Give the captured bodies whose path matches one of the patterns, none without captures."""
    return sorted(file for pattern in patterns for file in FIXTURES.glob(pattern))


class Reader:
    """DuckDB as the load uses it: each list entry of a JSON file as a map of its keys."""

    def __init__(self) -> None:
        self._db = duckdb.connect(config={"threads": 1})

    def maps(self, body: bytes) -> list[dict[str, object]]:
        """Give the entries of a body, their values parsed; raises what DuckDB raises."""
        with TemporaryDirectory() as place:
            file = Path(place) / "page.json"
            file.write_bytes(body)
            rows = self._db.execute(
                "SELECT CAST(j AS MAP(VARCHAR, JSON)) FROM read_json(?, format = 'array',"
                " records = false, columns = {j: 'JSON'})",
                [str(file)],
            ).fetchall()
        return [
            {key: None if value is None else _parsed(value) for key, value in row.items()}
            for (row,) in rows
        ]


def _parsed(value: str) -> object:
    return json.loads(value, parse_int=lambda digits: int(digits) if len(digits) < 99 else digits)
