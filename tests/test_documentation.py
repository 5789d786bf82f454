"""What the documents say of the code is so."""

from __future__ import annotations

import ast
import os
import re
import runpy
from collections import Counter
from pathlib import Path

import pytest

from open311_etl.config import Source

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "open311_etl"
QUIRK = re.compile(r"Q-[A-Z]+-\d+")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "quirks.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| Q-")
]


def named_in(*folders: Path) -> set[str]:
    files = [
        file
        for folder in folders
        for file in folder.rglob("*")
        if file.suffix in {".py", ".sql", ".toml"}
    ]
    return {id_ for file in files for id_ in QUIRK.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", ["configuration", "sandbox"])
def test_a_page_that_is_written_by_a_program_is_what_it_writes(name: str) -> None:
    script = runpy.run_path(str(ROOT / "docs" / f"write_{name}.py"))
    written = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert written == script["page"](), f"run: python docs/write_{name}.py"


def test_every_quirk_that_is_named_in_the_code_is_explained() -> None:
    explained = {row[0] for row in ROWS}
    assert named_in(PACKAGE, ROOT / "sql", ROOT / "tests") <= explained


def test_every_quirk_of_the_catalogue_is_explained_once() -> None:
    shared = Path(os.environ.get("OPEN311_SHARED", ROOT.parent / "shared"))
    catalogue = shared / "georeport-quirks.md"
    if not catalogue.exists():
        pytest.skip(f"the catalogue is not here: {catalogue} (set OPEN311_SHARED)")
    known = set(re.findall(r"^\| (Q-[A-Z]+-\d+)", catalogue.read_text(encoding="utf-8"), re.M))
    assert Counter(row[0] for row in ROWS) == Counter(known)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_quirk_names_keys_rooms_and_tests_that_exist(row: list[str]) -> None:
    _id, _what, dealt, state, tests = row
    for name in re.findall(r"`([^`]+)`", dealt + state):
        assert (
            name in Source.model_fields
            or (PACKAGE / f"{name}.py").exists()
            or (PACKAGE / name / "__init__.py").exists()
            or (name.startswith("sql/") and (ROOT / name).is_file())
        ), name
    assert state.startswith(("covered", "not covered: ", "not covered, "))
    assert bool(tests) is state.startswith("covered")


@pytest.mark.parametrize(
    ("quirk", "file", "test"),
    [
        (row[0], *name.split(".py::"))
        for row in ROWS
        for name in re.findall(r"`(test_\w+\.py::test_\w+)`", row[4])
    ],
)
def test_the_test_of_a_quirk_is_there_and_names_it(quirk: str, file: str, test: str) -> None:
    tree = ast.parse((ROOT / "tests" / f"{file}.py").read_text(encoding="utf-8"))
    (found,) = (each for each in tree.body if getattr(each, "name", None) == test)
    assert quirk in QUIRK.findall(ast.unparse(found))


def test_every_room_has_its_line_in_the_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {file.stem for file in PACKAGE.glob("*.py")} | {
        file.parent.name for file in PACKAGE.glob("*/__init__.py")
    }
    missing = [room for room in rooms if not re.search(rf"^  {room}/?  ", page, re.M)]
    assert set(missing) <= {"__init__", "__main__"}


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        *(p.name for p in (ROOT / "docs").glob("*.md")),
    ],
)
def test_links_between_the_documents_lead_somewhere(page: str) -> None:
    file = ROOT / page if (ROOT / page).exists() else ROOT / "docs" / page
    for target in re.findall(r"\]\(([^)#]+)", file.read_text(encoding="utf-8")):
        assert target.startswith("http") or (file.parent / target).exists(), target
