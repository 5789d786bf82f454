"""``query``: SQL over what is published, which reads and can do nothing else."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from asked_city import Asked
from commanding import command, environment, process

from open311_etl.config import Settings
from open311_etl.errors import UsageError
from open311_etl.query import query
from open311_etl.recipes import recipes
from open311_etl.warehouse import warehouse

COUNTS = "SELECT status, count(*) AS n FROM service_requests GROUP BY ALL ORDER BY status"


def ask(asked: Asked, *args: str | Path) -> tuple[int, bytes, str]:
    ended = command("query", *args, "--data-dir", asked.folder, "--config", asked.config)
    return ended.code, ended.out, ended.err


def test_an_answer_is_the_same_in_every_format(asked: Asked, tmp_path: Path) -> None:
    now = int(asked.now.timestamp())
    ids = [e.status for e in asked.city.listing(now).entries if e.id]
    truth = [{"status": each, "n": ids.count(each)} for each in sorted(set(ids))]
    assert query(asked.settings, COUNTS).to_pylist() == truth
    code, out, err = ask(asked, COUNTS, "--format", "csv")
    assert (code, err) == (0, "")
    read = [
        {**row, "n": int(row["n"] or 0)} for row in csv.DictReader(io.StringIO(out.decode("utf-8")))
    ]
    assert read == truth
    assert duckdb.sql("SELECT 1").fetchone() == (1,)  # a query leaves DuckDB's default as it was
    _, out, _ = ask(asked, COUNTS, "--format", "json")
    assert json.loads(out) == truth
    _, out, _ = ask(asked, COUNTS, "--format", "parquet")
    assert pq.read_table(io.BytesIO(out)).to_pylist() == truth
    for name in ("a.parquet", "b.csv", "c.json"):
        assert ask(asked, COUNTS, "-o", tmp_path / name)[:2] == (0, b"")
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == truth
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.parquet", "b.csv", "c.json"]


FORBIDDEN = [
    "CREATE TABLE x (a INT)",
    "CREATE TEMP TABLE x AS SELECT 1",
    "INSERT INTO services SELECT * FROM services",
    "UPDATE service_requests SET status = 'closed'",
    "DELETE FROM service_requests",
    "DROP TABLE services",
    "COPY services TO 'stolen.csv'",
    "COPY services FROM 'secret.csv'",
    "EXPORT DATABASE 'stolen'",
    "ATTACH 'other.duckdb'",
    "DETACH open311",
    "INSTALL spatial",
    "LOAD spatial",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA threads = 1",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM",
    "BEGIN",
    "FROM 'secret.csv'",
    "FROM read_csv('secret.csv')",
    "FROM read_text('secret.csv')",
    "FROM read_blob('secret.csv')",
    "FROM read_parquet('lake/**')",
    "FROM read_json('secret.csv')",
    "FROM glob('*')",
    "FROM sniff_csv('secret.csv')",
    "FROM read_csv('https://127.0.0.1/x.csv')",
    "SELECT 1; SELECT 2",
]


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_a_query_can_neither_write_nor_read_other_files(
    sql: str, asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("secret.csv").write_text("a,b\n1,2\n")
    published = (asked.settings.published / "open311.duckdb").read_bytes()
    with pytest.raises(UsageError) as refused:
        query(asked.settings, sql)
    assert "\n" not in str(refused.value)
    assert [each.name for each in tmp_path.iterdir()] == ["secret.csv"]
    assert (asked.settings.published / "open311.duckdb").read_bytes() == published


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT statuss FROM service_requests", 'Candidate bindings: "status"'),
        ("FROM service_request", 'Did you mean "service_requests"?'),
        ("SELECT nowe()", 'Did you mean "now"?'),
        ("SELECT\n  1\nFROM nope", "SQL line 3, column 6"),
        ("SELEC 1", "syntax error"),
        ("SELECT 'a'::INT", "Could not convert"),
        ("SELECT $city", "no value for $city (-p NAME=VALUE gives one)"),
        ("  -- nothing", "there is no SQL to run"),
    ],
)
def test_what_is_wrong_with_some_sql_is_told_in_one_line(sql: str, said: str, asked: Asked) -> None:
    code, out, err = ask(asked, sql)
    assert (code, out) == (2, b"")
    assert said in err
    assert len(err.splitlines()) == 1


def test_parameters_are_bound_as_they_are(asked: Asked) -> None:
    hostile = "x'; DROP TABLE services; --"
    code, out, _ = ask(asked, "SELECT $a AS a", "-p", f"a={hostile}", "--format", "csv")
    assert (code, out.decode()) == (0, f"a\n{hostile}\n")
    sql = (
        "SELECT count(*) AS n FROM service_requests WHERE requested_datetime < $to AND source = $s"
    )
    _, out, _ = ask(asked, sql, "--param", "to=2026-01-11", "--param", "s=springfield")
    (row,) = query(asked.settings, sql, {"to": "2026-01-11", "s": "springfield"}).to_pylist()
    assert out.split()[1] == str(row["n"]).encode()
    assert row["n"] > 0
    code, _, err = ask(asked, "SELECT 1", "-p", "city=chicago")
    assert (code, err) == (2, "open311-etl: the SQL has no $city\n")


def test_sql_is_read_from_a_file_or_from_stdin(
    asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.sql"
    file.write_text("\ufeff-- a report\nSELECT 7 AS n;\n", encoding="utf-8")
    assert ask(asked, "-f", file, "--format", "csv") == (0, b"n\n7\n", "")
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT 8 AS n"))
    assert ask(asked, "-f", "-", "--format", "csv") == (0, b"n\n8\n", "")
    file.write_bytes(b"\xff\xfe\xff")
    for wrong, said in ((file, "no text in UTF-8"), (tmp_path, "Is a directory")):
        code, _, err = ask(asked, "-f", wrong)
        assert code == 2
        assert said in err


def test_where_nothing_is_published_the_warehouse_answers_and_says_so(tmp_path: Path) -> None:
    settings = Settings(tmp_path, {})
    with warehouse(settings.warehouse):
        pass
    ended = command("query", "SELECT 1 AS n", "--format", "csv", "--data-dir", tmp_path)
    assert (ended.code, ended.out) == (0, b"n\n1\n")
    assert ended.err.startswith("nothing is published yet, so this is the warehouse: ")
    quiet = command("query", "SELECT 1 AS n", "-q", "--data-dir", tmp_path)
    assert quiet.err == ""


def test_parquet_is_not_poured_into_a_terminal_and_a_table_is(asked: Asked) -> None:
    base = ["query", "SELECT 41 + 1 AS n", "--data-dir", asked.folder, "--config", asked.config]
    for more, code, said in (([], 0, b"42"), (["--format", "parquet"], 2, b"")):
        ours, theirs = pty.openpty()
        done = subprocess.run(
            process(*base, *more),
            check=False,
            env=environment(),
            stdout=theirs,
            stderr=subprocess.PIPE,
        )
        os.close(theirs)
        try:
            shown = os.read(ours, 1000)
        except OSError:  # nothing was written
            shown = b""
        os.close(ours)
        assert done.returncode == code
        assert said in shown
        assert b"PAR1" not in shown


def test_recipes_are_listed_shown_and_run(asked: Asked) -> None:
    code, out, _ = ask(asked, "--recipes")
    assert code == 0
    for each in recipes():
        assert each.name in out.decode()
        assert each.question in out.decode()
    first = recipes()[0]
    code, out, err = ask(asked, "--recipe", first.name, "--sql")
    assert (code, out.decode(), err) == (0, first.sql, "")
    code, out, _ = ask(asked, "--recipe", first.name, "--format", "json")
    assert code == 0
    assert out.startswith(b"[\n{")
    code, _, err = ask(asked, "--recipe", first.name[:-2])
    assert code == 2
    assert f"did you mean {first.name}" in err


@pytest.mark.parametrize(
    "args",
    [
        ["SELECT 1", "--recipe", "x"],
        ["SELECT 1", "--sql"],
        ["--recipes", "--format", "csv"],
    ],
)
def test_what_does_not_go_together_is_refused(args: list[str], asked: Asked) -> None:
    code, out, err = ask(asked, *args)
    assert (code, out) == (2, b"")
    assert len(err.splitlines()) == 1
