"""Open what is published with old and new DuckDB: every table, view, file of the lake, and recipe.

    python -m bench.readers                              a city is made, pulled and published
    python -m bench.readers --data-dir data              what is published there
    python -m bench.readers --versions 1.1.3 2.0.1 --venvs DIR

Each version is installed from the package index into an environment of its own (kept in DIR, if
one is given), without anything of ours. A table counts as read when all its columns were fetched,
it has as many rows as the DuckDB that wrote it sees, and texts, times, dates and whole numbers are
the same.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import duckdb

from open311_etl import library
from open311_etl.config import Settings, Source
from open311_etl.sandbox import City, serving
from open311_etl.warehouse import sql_dir

Seen = dict[str, int | str]
VERSIONS = ("1.1.3", "1.4.4", "1.5.6", "2.0.1")

READ = """
import json, sys, duckdb
from pathlib import Path
published, lake, recipes = sys.argv[1:]
found = {}
con = duckdb.connect(published, read_only=True)
con.execute("SET TimeZone = 'UTC'")
listed = con.execute(
    "SELECT table_schema, table_name, table_type FROM information_schema.tables ORDER BY ALL"
).fetchall()
for schema, name, kind in listed:
    try:
        columns = con.execute(f'DESCRIBE "{schema}"."{name}"').fetchall()
        read = ", ".join(f'count("{column[0]}"::VARCHAR)' for column in columns)
        found[f"{kind}: {schema}.{name}"] = con.execute(
            f'SELECT count(*), {read} FROM "{schema}"."{name}"'
        ).fetchone()[0]
        exact = {"BIGINT", "INTEGER", "BOOLEAN", "DATE", "VARCHAR", "TIMESTAMP WITH TIME ZONE"}
        values = ", ".join(f'"{column[0]}"' for column in columns if column[1] in exact)
        if values:
            found[f"VALUES: {schema}.{name}"] = con.execute(
                f'SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM ('
                f'SELECT concat_ws(chr(124), {values}) AS line FROM "{schema}"."{name}")'
            ).fetchone()[0] or ""
    except duckdb.Error as error:
        found[f"{kind}: {schema}.{name}"] = str(error).splitlines()[0]
for name in sorted({name for _, name, _ in listed}):
    try:
        con.execute(f"FROM read_parquet('{lake}/{name}/**/*.parquet', hive_partitioning=true)")
        found[f"LAKE: {name}"] = len(con.fetchall())
    except duckdb.IOException:  # not one of the lake's tables
        pass
    except Exception as error:
        found[f"LAKE: {name}"] = str(error).splitlines()[0]
for file in sorted(Path(recipes).glob("*.sql")):
    try:
        found[f"RECIPE: {file.stem}"] = len(con.execute(file.read_text("utf-8")).fetchall())
    except duckdb.Error as error:
        found[f"RECIPE: {file.stem}"] = str(error).splitlines()[0]
print(json.dumps(found))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--versions", nargs="*", default=VERSIONS)
    parser.add_argument("--venvs", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data_dir or a_city(Path(folder))
        homes = options.venvs or Path(folder)
        expected = read([sys.executable], data)
        print(f"written with DuckDB {duckdb.__version__}: {told(expected)}")
        bad = 0
        for version in options.versions:
            python = environment(homes / f"duckdb-{version}", version)
            seen = read([str(python)], data)
            differing = {
                name: (rows, seen.get(name))
                for name, rows in expected.items()
                if seen.get(name) != rows
            }
            bad += len(differing)
            print(f"DuckDB {version}: {told(seen)}; {len(differing)} not as written")
            for name, (wanted, got) in differing.items():
                print(f"    {name}: {wanted} rows as written, here {got}")
    sys.exit(1 if bad else 0)


def a_city(folder: Path) -> Path:
    """Pull a city, publish it, and give its data directory."""
    city = City(2_000, days=60)
    with serving(city) as server:
        source = {"name": "springfield", "url": server.url, "timezone": "America/Chicago"}
        settings = Settings(folder / "data", {"springfield": Source.model_validate(source)})
        library.pull("springfield", start="2026-01-01", end=city.end, settings=settings)
    return settings.data_dir


def environment(home: Path, version: str) -> Path:
    """Give the Python of an environment that has this DuckDB; it is made where it is missing."""
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        wanted = [f"duckdb=={version}", "pytz"]
        command = [str(python), "-m", "pip", "install", "--quiet", *wanted]
        subprocess.run(command, check=True)
    return python


def read(python: list[str], data: Path) -> Seen:
    """Read all that is published with one DuckDB."""
    published = (data / "published" / "open311.duckdb").resolve()
    places = [published, data.resolve() / "lake", sql_dir() / "recipes"]
    command = [*python, "-c", READ, *map(str, places)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        return {"the file": done.stderr.strip().splitlines()[-1]}
    seen: Seen = json.loads(done.stdout)
    return seen


def told(seen: Seen) -> str:
    """Count what was read."""
    found = {name: rows for name, rows in seen.items() if isinstance(rows, int)}
    kinds = {"tables": "BASE", "views": "VIEW", "tables of the lake": "LAKE", "recipes": "RECIPE"}
    counts = (f"{sum(n.startswith(kind) for n in found)} {word}" for word, kind in kinds.items())
    return f"{', '.join(counts)}, {sum(found.values()):,} rows"


if __name__ == "__main__":
    main()
