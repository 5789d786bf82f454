"""Write docs/recipes.md from sql/recipes/: python docs/write_recipes.py."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from open311_etl.recipes import Recipe, recipes

PAGE = Path(__file__).with_name("recipes.md")

HEAD = """\
# Recipes

<!-- Written by docs/write_recipes.py from sql/recipes/; change it there. -->

Questions that 311 data is often asked, each with SQL to copy into any tool that has the published
database open. All are run in the tests on a city whose every request is known, and compared with
what plain Python counts there.

```console
open311-etl query --recipes                        # this list
open311-etl query --recipe busiest-services        # its answer
open311-etl query --recipe busiest-services --sql  # its SQL, to be changed
```

They count up to the last complete pull (`marts.as_of`), never up to now. Duplicates and
information-only requests are apart (`is_counted` is false for them). Days are local. See
[how we count](how-we-count.md) and the [data dictionary](data-dictionary.md).
"""


def page() -> str:
    """Give the whole page as Markdown text."""
    topics = [
        (topic, list(found)) for topic, found in groupby(recipes(), key=lambda each: each.topic)
    ]
    listed = [
        f"| {topic} | {', '.join(f'[{each.name}](#{each.name})' for each in found)} |\n"
        for topic, found in topics
    ]
    bodies = [
        f"\n## {topic.capitalize()}\n" + "".join(map(section, found)) for topic, found in topics
    ]
    return HEAD + "\n| About | Recipes |\n|---|---|\n" + "".join(listed) + "".join(bodies)


def section(recipe: Recipe) -> str:
    sql = "\n".join(line for line in recipe.sql.splitlines() if not line.startswith("--"))
    return (
        f"\n### {recipe.name}\n\n{recipe.question}\n\n"
        f"- **Counts** {recipe.counts}.\n- **Trap** {recipe.trap}.\n\n```sql\n{sql.strip()}\n```\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
