"""The pages of the documents that are written from code and SQL are as these are today."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import duckdb
import pytest

from open311_etl import marts
from open311_etl.recipes import header
from open311_etl.warehouse import lay_out_views, sql_dir, warehouse

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("recipes", "data_dictionary", "lineage", "counting")


@pytest.mark.parametrize("page", PAGES)
def test_a_written_page_is_current(page: str) -> None:
    written = runpy.run_path(str(DOCS / f"write_{page}.py"))
    assert written["PAGE"].read_text(encoding="utf-8") == written["page"](), "run: make docs"


def test_every_link_to_a_heading_leads_to_one() -> None:
    for page in DOCS.glob("*.md"):
        for file, heading in re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", page.read_text("utf-8")):
            target = (page.parent / file if file else page).read_text(encoding="utf-8")
            titles = re.findall(r"^#+ (.+)$", target, re.M)
            anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert heading in anchors, f"{page.name}: {file}#{heading}"


def test_every_file_of_sql_says_what_it_makes_reads_and_writes() -> None:
    for file in sql_dir().rglob("*.sql"):
        said = header(file.read_text(encoding="utf-8"))
        wanted = {"what", "grain", "reads"} | (
            {"writes"} if file.parent.name != "recipes" else set()
        )
        assert wanted <= said.keys(), file
        assert all(said[key] for key in wanted), file


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    with warehouse(tmp_path_factory.mktemp("laid") / "a.duckdb") as con:
        lay_out_views(con)
        marts.refresh(con)
        yield con


def test_every_table_view_and_column_has_a_comment(laid_out: duckdb.DuckDBPyConnection) -> None:
    bare = laid_out.execute(
        "SELECT concat_ws('.', schema_name, table_name, column_name) FROM duckdb_columns()"
        " WHERE NOT internal AND coalesce(comment, '') = ''"
        " UNION ALL SELECT table_name FROM duckdb_tables() WHERE NOT internal AND comment IS NULL"
        " UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL"
    ).fetchall()
    assert bare == []


def test_the_dictionary_has_every_column(laid_out: duckdb.DuckDBPyConnection) -> None:
    page = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    ((columns,),) = laid_out.execute(
        "SELECT count(*) FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    assert len(re.findall(r"^\| `\w+` \| ", page, re.M)) == columns
