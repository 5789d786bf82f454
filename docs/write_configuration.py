"""Write docs/configuration.md from open311_etl/config.py: python docs/write_configuration.py."""

from __future__ import annotations

import json
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from open311_etl.config import PERSONAL_FIELDS, Source

PAGE = Path(__file__).with_name("configuration.md")

HEAD = """\
# Configuration

<!-- Written by docs/write_configuration.py from open311_etl/config.py; change it there. -->

The known cities are built in (`open311_etl/sources.toml`). Your own file is laid over them: a table
of a known name changes only the keys it names, a table of a new name adds a city.

```toml
data_dir = "/srv/311"                  # else ./data
contact = "mailto:you@example.org"     # sent to every server in the User-Agent

[sources.chicago]                      # known: only what differs
rate_per_minute = 60

[sources.springfield]                  # new: url is the only required key
url = "https://311.springfield.example/open311/v2/"
timezone = "America/Chicago"

[sources.springfield.environments.test]     # springfield.test: the same ways, but for these keys
url = "https://test311.springfield.example/open311/v2/"
api_key_env = "SPRINGFIELD_TEST_API_KEY"
```

A name may hold a-z, 0-9, `-` and `_`. An unknown key or a wrong type is refused, naming the file,
the key and the nearest right one.

## Where it is read from

The first that is there counts.

| What | Command line | Environment | File | Else |
|---|---|---|---|---|
| the file itself | `--config FILE` | `OPEN311_CONFIG` | | `./open311.toml`, if it is there |
| place of the data | `--data-dir DIR` | `OPEN311_DATA_DIR` | `data_dir` | `./data` |
| contact in the User-Agent | | `OPEN311_CONTACT` | `contact` | the project's page |
| API keys | | the variable that `api_key_env` names | never | none |

## Keys of a source

Q-... are explained in [quirks.md](quirks.md).

| Key | Takes | Default | Meaning |
|---|---|---|---|
"""

TAIL = f"""
`drop_fields` is by default: {", ".join(f"`{name}`" for name in PERSONAL_FIELDS)}.
Keys of these names are cut out of a body at any depth. A list of your own replaces this one.
"""

WORDS = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}


def page() -> str:
    """Give the whole page as Markdown text."""
    rows = [row(key, field) for key, field in Source.model_fields.items() if not field.exclude]
    return HEAD + "".join(rows) + TAIL


def row(key: str, field: FieldInfo) -> str:
    default = "required" if field.is_required() else shown(key, field.default)
    return f"| `{key}` | {takes(field.annotation)} | {default} | {field.description} |\n"


def shown(key: str, default: object) -> str:
    if key == "drop_fields":
        return "see below"
    return "none" if default is None else f"`{json.dumps(default)}`"


def takes(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(f"`{json.dumps(value)}`" for value in get_args(kind))
    if get_origin(kind) is dict:
        return "table"
    if get_origin(kind) is tuple:
        return "list of text" if Ellipsis in get_args(kind) else "four numbers"
    if get_args(kind):
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
        return takes(kind)
    return WORDS[kind]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
