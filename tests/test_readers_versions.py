"""What is published is read by the DuckDB of other programs, old and new."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from asked_city import Asked

from bench import readers


@pytest.mark.slow
@pytest.mark.parametrize("version", readers.VERSIONS)
def test_every_table_view_file_and_recipe_is_read_by_this_duckdb(
    version: str, asked: Asked, tmp_path: Path
) -> None:
    try:
        python = readers.environment(tmp_path / "venv", version)
    except subprocess.CalledProcessError:
        pytest.skip(f"DuckDB {version} cannot be installed here")
    expected = readers.read([sys.executable], asked.folder)
    assert len([name for name in expected if name.startswith("RECIPE")]) >= 25
    assert readers.read([str(python)], asked.folder) == expected
    told = {name: found for name, found in expected.items() if not name.startswith("VALUES")}
    assert all(isinstance(rows, int) for rows in told.values())
    assert len(told) < len(expected)
