"""Questions that are often asked, each with SQL that answers it: ``sql/recipes/``."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from open311_etl.errors import UsageError
from open311_etl.warehouse import sql_dir

_LINE = re.compile(r"--(?: ([a-z]+): +|(  +)| )?(.*)")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A question, and how it is answered.

    ``topic`` groups it with others; ``counts`` says what is counted and how, ``trap`` where one
    goes wrong; ``sql`` is the whole file, to be copied into any tool that has the published data.
    """

    name: str
    topic: str
    question: str
    counts: str
    trap: str
    sql: str


def recipes() -> list[Recipe]:
    """Give all recipes, topic by topic."""
    files = sorted((sql_dir() / "recipes").glob("*.sql"))
    found = [_recipe(file.stem, file.read_text(encoding="utf-8")) for file in files]
    return sorted(found, key=lambda each: (TOPICS.index(each.topic), each.name))


def recipe(name: str) -> Recipe:
    """Give the recipe of that name; raises UsageError that names the nearest ones."""
    known = {each.name: each for each in recipes()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise UsageError(f'no recipe "{name}"{hint} ("open311-etl query --recipes" lists all)')


TOPICS = ("volume", "backlog", "speed", "quality of service", "place", "people", "trust")
"""What recipes are about, in the order in which they are shown."""


def header(text: str) -> dict[str, str]:
    """Read the lines ``-- key: words`` at the top of a file of ``sql/``.

    A line that is set in goes on with the key before it; whole lines of comment after the keys are
    given as ``note``.
    """
    found: dict[str, list[str]] = {}
    key = "note"
    for line in text.splitlines():
        read = _LINE.fullmatch(line)
        if not read:
            break
        name, inset, words = read.groups()
        key = name or (key if inset else "note")
        found.setdefault(key, []).append(words)
    return {name: " ".join(words) for name, words in found.items()}


def _recipe(name: str, text: str) -> Recipe:
    said = header(text)
    return Recipe(name, said["topic"], said["what"], said["counts"], said["trap"], text)
