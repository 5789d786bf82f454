"""Writes ``sql/layouts/NNNN.sql``: the layout of the warehouse as ``sql/schema`` makes it now.

    .venv/bin/python docs/write_layout.py

Each released layout has such a file, which never changes again; the newest one is compared with
``sql/schema`` by the tests, and the older ones are what migrations are tried on.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from open311_etl import warehouse

COLUMNS = """
SELECT
    schema_name || '.' || table_name, '"' || column_name || '"', data_type,
    CASE WHEN NOT is_nullable THEN 'NOT NULL' END, 'DEFAULT ' || column_default
FROM duckdb_columns()
WHERE (schema_name, table_name) IN (SELECT (schema_name, table_name) FROM duckdb_tables())
ORDER BY schema_name, table_name, column_index
"""
PLACE = Path(__file__).parents[1] / "sql" / "layouts"


def layout() -> str:
    """Give the statements that make today's tables, in the order of their names."""
    with duckdb.connect() as con:
        warehouse.lay_out_tables(con)
        columns = con.execute(COLUMNS).fetchall()
    tables: dict[str, list[str]] = {}
    for table, *parts in columns:
        tables.setdefault(table, []).append(" ".join(filter(None, parts)))
    made = [
        f"CREATE TABLE {name} (\n    " + ",\n    ".join(lines) + "\n);"
        for name, lines in tables.items()
    ]
    head = (
        f"-- what:   layout {warehouse.SCHEMA_VERSION} of the warehouse, written by "
        "docs/write_layout.py\n-- grain:  -\n-- reads:  nothing\n-- writes: all tables\n"
    )
    return head + "CREATE SCHEMA IF NOT EXISTS etl;\n\n" + "\n\n".join(made) + "\n"


def file(version: int = warehouse.SCHEMA_VERSION) -> Path:
    """Give the file of a layout."""
    return PLACE / f"{version:04}.sql"


if __name__ == "__main__":
    PLACE.mkdir(exist_ok=True)
    file().write_text(layout(), encoding="utf-8")
    print(file())
