"""Write docs/lineage.md from the headers of sql/: python docs/write_lineage.py."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from open311_etl.recipes import header
from open311_etl.warehouse import sql_dir

PAGE = Path(__file__).with_name("lineage.md")

HEAD = """\
# Lineage

<!-- Written by docs/write_lineage.py from the headers of the files of sql/. -->

Which SQL makes what of what. Every file of `sql/` says in its header what it reads and writes.
A test holds this page to it. What is written can be traced back to the bytes: each row of
`service_requests` names its page (`page_sha256`), `etl.pages` says when and by which URL that was
read, and `landing/` has it as it came.

"""

OURS = re.compile(r"\b(?:(?:etl|marts)\.[a-z_]+|service_[a-z_]+|services)\b")
TEMPORARY = ("service_name", "service_code", "service_request_id")
WAYS = ("load", "catalog", "ledger", "marts", "views", "publish")
"""Folders whose files make tables and views; the others only ask."""


def page() -> str:
    """Give the whole page as Markdown text."""
    files = {
        file.relative_to(sql_dir()).as_posix(): header(file.read_text(encoding="utf-8"))
        for file in sorted(sql_dir().rglob("*.sql"))
    }
    return HEAD + graph(files) + tables(files)


def graph(files: dict[str, dict[str, str]]) -> str:
    """Draw which table or view is made of which, over the temporary tables between them."""
    makes: dict[str, set[str]] = defaultdict(set)
    for name, said in files.items():
        if name.startswith(WAYS) and "/tables/" not in name:
            for target in objects(said["writes"]):
                makes[target] |= set(objects(said["reads"])) - {target}
    edges = sorted(
        (source, target)
        for target in makes
        if not target.startswith("temp ")
        for source in origins(target, makes)
        if source != target
    )
    lines = [f"    {node(a)} --> {node(b)}" for a, b in edges]
    return "\n".join(["```mermaid", "flowchart LR", *lines, "```", ""])


def origins(target: str, makes: dict[str, set[str]]) -> set[str]:
    """Give what an object is made of; a temporary table is what that is made of."""
    found: set[str] = set()
    waiting, seen = list(makes[target]), set()
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        if each.startswith("temp "):
            waiting += makes.get(each, set())
        else:
            found.add(each)
    return found


def objects(text: str) -> list[str]:
    """Give the tables and views that a header names; other plain words are temporary tables."""
    if "landed files" in text:
        return ["landing/", *objects(text.replace("landed files ($files)", ""))]
    found = []
    for part in re.sub(r"\([^)]*\)", "", text).split(","):
        words = part.strip()
        ours = OURS.search(words)
        if ours and ours[0] not in TEMPORARY and not words.startswith("sql/"):
            found.append(ours[0])
        elif re.fullmatch(r"(?:temp(?:orary)? (?:tables?|views?) )?[a-z_]+", words):
            name = words.split()[-1]
            if name not in ("nothing", "ledger", "warehouse", "marts", "macros"):
                found.append(f"temp {name}")
    return found


def node(name: str) -> str:
    return f'{re.sub(r"[^a-z_]", "_", name)}["{name}"]'


def tables(files: dict[str, dict[str, str]]) -> str:
    """List all files, folder by folder."""
    folders: dict[str, list[str]] = defaultdict(list)
    for name in files:
        folders[name.rpartition("/")[0]].append(name)
    text = ""
    for folder, names in sorted(folders.items()):
        text += f"\n## sql/{folder}\n\n{TOP}"
        for name in names:
            said = [files[name].get(key, "").replace("|", "\\|") for key in KEYS]
            text += f"| `{name.rpartition('/')[2]}` | {' | '.join(said)} |\n"
    return text


TOP = "| File | Makes | Grain | Reads | Writes |\n|---|---|---|---|---|\n"
KEYS = ("what", "grain", "reads", "writes")

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
