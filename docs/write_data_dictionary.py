"""Write docs/data-dictionary.md from the COMMENTs: python docs/write_data_dictionary.py."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from open311_etl import marts
from open311_etl.warehouse import lay_out_views, warehouse

PAGE = Path(__file__).with_name("data-dictionary.md")

HEAD = """\
# Data dictionary

<!-- Written by docs/write_data_dictionary.py from the COMMENTs of tables and columns. -->

All tables and views of `published/open311.duckdb`, as their own comments tell it; every tool that
shows comments shows the same. Names of GeoReport v2 fields are the specification's. An id or a code
is text. Empty text is stored as null, and null means that the source does not say. Times
(`TIMESTAMP WITH TIME ZONE`) are instants; columns of type `DATE` are days in the source's own zone.

**Start with** [`marts.fact_service_requests`](#martsfact_service_requests): one flat row a request.
The tables of schema `main` hold what the city said, `marts` what is counted from it
([how we count](how-we-count.md)), `etl` what was asked and what is missing. The Parquet lake has
the tables of `main`, JSON as text, without the columns that only say when a pull last looked.
"""

OBJECTS = """
SELECT schema_name, table_name AS name, 'table' AS kind, comment
FROM duckdb_tables() WHERE NOT internal
UNION ALL
SELECT schema_name, view_name, 'view', comment FROM duckdb_views() WHERE NOT internal
ORDER BY schema_name, name
"""
COLUMNS = """
SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns()
WHERE schema_name = $schema AND table_name = $name ORDER BY column_index
"""
SCHEMAS = {"marts": "Counted: schema marts", "main": "As the city says it: schema main",
           "etl": "What was asked: schema etl"}  # fmt: skip


def page() -> str:
    """Give the whole page as Markdown text."""
    with tempfile.TemporaryDirectory() as folder, warehouse(Path(folder, "a.duckdb")) as con:
        lay_out_views(con)
        marts.refresh(con)
        found = con.execute(OBJECTS).fetchall()
        sections = dict.fromkeys(SCHEMAS, "")
        for schema, name, kind, comment in found:
            sections[schema] += section(con, schema, name, kind, comment)
    return HEAD + "".join(f"\n## {SCHEMAS[key]}\n{text}" for key, text in sections.items())


def section(
    con: duckdb.DuckDBPyConnection, schema: str, name: str, kind: str, comment: str | None
) -> str:
    full = name if schema == "main" else f"{schema}.{name}"
    rows = con.execute(COLUMNS, {"schema": schema, "name": name}).fetchall()
    lines = [
        f"| `{column}` | {kind_of(data_type, kind == 'table' and not nullable)} | {cell(said)} |\n"
        for column, data_type, nullable, said in rows
    ]
    head = (
        f"\n### {full}\n\n{comment or ''} ({kind}).\n\n| Column | Type | Meaning |\n|---|---|---|\n"
    )
    return head + "".join(lines)


def kind_of(data_type: str, never_null: bool) -> str:
    return data_type + (", never null" if never_null else "")


def cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
