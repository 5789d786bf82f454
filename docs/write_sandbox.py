"""Write docs/sandbox.md from open311_etl/sandbox/: python docs/write_sandbox.py."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from open311_etl.sandbox import Character
from open311_etl.sandbox.options import Option

PAGE = Path(__file__).with_name("sandbox.md")

HEAD = """\
# The sandbox

<!-- Written by docs/write_sandbox.py from open311_etl/sandbox/; change it there. -->

A GeoReport v2 city on your own machine: all seven calls, requests that live on as its clock does,
and every misbehaviour that real servers were seen with, by option. It is made for testing
`open311-etl`, and just as good for testing any other client.

```console
open311-etl sandbox > open311.toml                          # a well-behaved city, its profile
open311-etl sandbox --requests 20000 --days 90 --start 2026-01-01 --seed 7
open311-etl sandbox --fault first_page=0 --fault page_size_most=100 --fault times=naive
open311-etl sandbox --fault row_cap=1000 --fault error_500=0.05 --fault hang=0.01
open311-etl sandbox --replay captured.ndjson.gz             # what a real server gave, again
```

The same seed, number of requests, days and start give the same city, wherever it runs. A share such
as `error_500=0.05` is of all calls, and seeded, too: the n-th call has the same fate again. Faults
may be mixed at will. An unknown one is refused, with the nearest name that there is.

From Python (`pip install 'open311-etl[sandbox]'`), in a test of your own:

```python
from open311_etl.sandbox import Character, City, serving

city = City(1_000, days=30, seed=7)
with serving(city, character=Character(row_cap=100, poison_share=0.01)) as server:
    ...  # call server.url as you would call a city
    print(server.requests)  # (method, path, parameters) of each call so far
truth = list(city.truth())  # what a client should have in the end
```

## Faults

A bare name is the same as `name=1`: true, or always. Q-... are explained in [quirks.md](quirks.md).
"""

TABLE = """
### {title}

| Fault | Takes | Without it | What it does |
|---|---|---|---|
"""


def page() -> str:
    """Give the whole page as Markdown text."""
    parts = [HEAD]
    for group, options in groupby(Character.options(), key=lambda option: option.group):
        parts += [TABLE.format(title=group), *map(row, options)]
    return "".join(parts)


def row(option: Option) -> str:
    default = f"`{option.default}`" if option.default else "nothing"
    takes, doc = (text.replace("|", "\\|") for text in (option.takes, option.doc))
    return f"| `{option.name}` | {takes} | {default} | {doc} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
