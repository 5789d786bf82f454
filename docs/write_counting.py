"""Write docs/how-we-count.md from the marts and recipes: python docs/write_counting.py."""

# ruff: noqa: E501 - sentences of the page stand here as they stand there

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from open311_etl import marts
from open311_etl.recipes import header, recipe
from open311_etl.warehouse import sql_dir, warehouse

PAGE = Path(__file__).with_name("how-we-count.md")

HEAD = """\
# How we count

<!-- Written by docs/write_counting.py from sql/marts/ and sql/recipes/; the rules and the traps stand
     there. -->

Twenty questions that 311 data is asked, where the answer is, and how one goes wrong.

## Rules for all of them

- **Up to the last complete pull, never up to now.** `marts.as_of` says when that was; print it beside
  every number.
- **Duplicates and information-only requests are apart, but there.** `is_counted` is false for them;
  nothing is deleted, and their share is a number of its own.
- **Days are local, lengths are true.** A day is one of the source's own zone; a length of time is
  counted between two instants, so the night in which clocks change costs or adds no hour.
- **Closed at.** The first note of a closing, else `updated_datetime` of the first version that was seen
  closed; `closed_datetime_source` says which. The second is an upper bound.
- **Closed is not fixed.** We say closed; only the words of the closing say more.
- **Bad times stay.** A request that was closed before it was made counts in volumes, not in lengths of
  time, and is counted as suspicious.
- **Small numbers are shown as such.** Beside each rate stands the number that it is of. A median of
  fewer than 20, a share of fewer than 50 says little.
- **Half periods are left out** where they would be compared with whole ones; days without requests are
  there with zero.
- **A place without a ward is a group**, called none, not a hole.
- **By day of the request, or of the closing.** The first is what a resident meets, the second what crews
  did. They can move against each other; each mart says which it takes.
- **Vanished requests stay** with `gone_at`; for lengths of time they are known only up to then.
- **Late requests** come in for about two weeks; `settled_day` in `marts.as_of` says from when on a day
  can still grow.

Tables of schema `marts` are kept up by each publish: a count is a sum, from which requests that changed
are taken as they were and to which they are added as they are. All else are views over them, which
know what `as_of` is ([what that costs](decisions/0004-kept-up-marts.md)).

## What is not counted

- **Duplicates that nobody marked.** A computed share (same service, near, while the first is open) is not
  made; `marts.repeats` has pairs of the same kind after a closing only.
- **How uncertain a closing's time is**, in hours. `closed_datetime_source` says that it is an upper bound;
  between which two looks it lies is in `service_request_versions` (`observed_at`).
- **Requests for each resident or street mile.** No population and no street comes with GeoReport.
- **Wards as they were drawn.** A ward is what the source says now; no boundaries are joined.
- **Business hours and holidays.** Targets and days are counted by the calendar.
- **Services under one lasting name.** `dim_service` has each name with its dates; which old code is which
  new one nobody says.
- **Flags by hand.** What is a duplicate or information only follows from the source's own words
  (`sql/marts/load/macros.sql`); there is no table to overrule it.
"""

QUESTIONS: dict[int, tuple[str, str, tuple[str, ...]]] = {
    1: ("How many requests, of what, where, when?",
        "The newest days still grow. A service that was renamed or split is not one line any more.",
        ("busiest-services", "requests-by-day", "requests-by-month", "busiest-hours")),
    2: ("What is unusual today?",
        "Services with few requests jump by chance; holidays are no anomaly, and some services vary"
        " more than chance does.", ("unusual-yesterday",)),
    3: ("Are crews keeping up?",
        "Closings are counted when they happen: a clearing of old requests looks like speed.",
        ("opened-and-closed",)),
    4: ("How big was the backlog on a day?",
        "Today's status says nothing of the past. A reopened request counts again from then on. What was"
        " opened before the first day that was pulled is missing.", ("backlog-by-day",)),
    5: ("How old is what is still open?",
        "The ages of open requests are not how long a request takes. Some tickets are never closed.",
        ("ages-of-open", "oldest-open")),
    6: ("How long does it take?",
        "The median of closed requests alone is too short, because the slow ones are still open; it"
        " stands beside as a warning. Where fewer than half are closed the median is not reached, and"
        " that is the answer.", ("how-long-it-takes", "slow-for-its-kind")),
    7: ("What share is closed in 7 or 30 days?",
        "Requests that have not had their days yet would pull the newest month down; only mature ones"
        " count.", ("closed-in-a-week", "pictures")),
    8: ("Do they meet their own target?",
        "On time of all closed leaves the open and late ones out. Targets can be moved afterwards, so the"
        " first one counts. A request without a target is in no share.", ("kept-promises",)),
    9: ("What is overdue now?", "A request without an expected time is never overdue.",
        ("overdue-now",)),
    10: ("How fast is the first answer?",
         "GeoReport has no field for it. Without notes an answer is seen only when a pull comes by; an"
         " automatic acknowledgement counts as one.", ("first-answer",)),
    11: ("Do they have to come back?",
         "Only closings that are 30 days old can be judged. A city that opens a new, linked request hides"
         " it.", ("reopened",)),
    12: ("How many are duplicates?",
         "It depends on what a city marks; none marked is not none.", ("duplicates",)),
    13: ("Is the same spot failing again?",
         "Corner addresses geocode to one point, and two spellings of an address are two places.",
         ("same-place-again",)),
    14: ("How do people report?",
         "GeoReport has no channel; unknown is a group of its own. Crews report, too.", ("channels",)),
    15: ("Where are the hot spots?",
         "A cell can hold the point that a geocoder gives when it knows none. More reports are not more"
         " need.", ("hot-spots", "near-here", "zip-codes")),
    16: ("What is seasonal?", "It needs two whole years; a pandemic year is none of them.", ()),
    17: ("Is it up or down on last year?",
         "Years are compared as 52 weeks, so that weekdays are alike; a changed catalogue is no change of"
         " need.", ("growing-services",)),
    18: ("Is my ward treated the same?",
         "A ward's raw share shows mostly its mix of services; it is compared with what that mix lets"
         " expect, within an interval. Ranks without it are noise.", ("wards",)),
    19: ("Are closings real?",
         "Quick closings can be right: duplicates, referrals on the phone.",
         ("quick-closings", "words-of-closing")),
    20: ("Can I trust the data?",
         "A city asleep and a feed that is stuck look alike. That nothing is known to be missing is not"
         " that a city shows all it has.",
         ("freshness", "what-is-missing", "filled-columns", "late-arrivals")),
}  # fmt: skip

_NUMBER = re.compile(r" *\(question (\d+)\)")
_COMMENTS = """
SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'marts'
UNION ALL
SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'marts'
"""


def page() -> str:
    """Give the whole page as Markdown text."""
    with tempfile.TemporaryDirectory() as folder, warehouse(Path(folder, "a.duckdb")) as con:
        marts.refresh(con)
        comments = dict(con.execute(_COMMENTS).fetchall())
    found: dict[int, list[str]] = {number: [] for number in QUESTIONS}
    others: list[str] = []
    for file in sorted((sql_dir() / "marts").glob("[tvm]*s/*.sql")):
        said = header(file.read_text(encoding="utf-8"))
        line = mart(file, said, comments.get(file.stem))
        number = _NUMBER.search(said["what"])
        (found[int(number[1])] if number else others).append(line)
    sections = "".join(question(number, lines) for number, lines in found.items())
    return (
        f"{HEAD}\n## The questions\n{sections}\n## What they are counted from\n\n{''.join(others)}"
    )


def question(number: int, lines: list[str]) -> str:
    asked, trap, recipes = QUESTIONS[number]
    named = ", ".join(f"[{recipe(name).name}](recipes.md#{name})" for name in recipes)
    more = f"- Recipes: {named}\n" if named else ""
    return f"\n### {number}. {asked}\n\n{''.join(lines)}{more}- **Trap** {trap}\n"


def mart(file: Path, said: dict[str, str], comment: str | None) -> str:
    what = _NUMBER.sub("", said["what"])
    link = f"[`marts.{file.stem}`](data-dictionary.md#marts{file.stem})"
    name = link if comment else f"`marts.{file.stem}`"
    note = f" {said['note']}" if said.get("note") else ""
    meaning = (comment or f"{what[0].upper()}{what[1:]}").rstrip(".")
    return f"- {name}: {meaning}. {said['grain'][0].upper()}{said['grain'][1:]}.{note}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
