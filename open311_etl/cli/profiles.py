"""The known sources and their profiles, laid out for people and as TOML."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rich.table import Table
from rich.text import Text

from open311_etl.cli import screen
from open311_etl.config import Source

SHOWN = ("title", "url", "format", "life", "evidence")
"""Shown of every source; the other keys only where they differ from their default."""

NARROW = 160
"""A terminal of fewer columns gets several lines a source."""


def special(source: Source) -> dict[str, Any]:
    """Give the quirk keys of a profile that differ from their defaults."""
    apart = {*SHOWN, "name", "jurisdiction_id", "timezone", "notes", "environments", "dialect"}
    lines = source.model_dump(exclude_defaults=True, exclude=apart)
    return {name: value for name, value in lines.items() if value is not None}


def show_all(sources: Iterable[Source]) -> None:
    """Give all sources: a line each in a pipe, a few on a terminal."""
    console = screen.stdout()
    if console.is_terminal and console.width < NARROW:
        screen.show(*(_lines(each) for each in sources))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("name", "title", "life", "format", "url", "special", "evidence"):
        table.add_column(column, no_wrap=True)
    for each in sources:
        table.add_row(
            each.name, each.title, each.life, each.format, each.url, _quirks(each), each.evidence
        )
    screen.show(table)


def toml(source: Source) -> str:
    """Write a whole profile as the table of a configuration file, its defaults as comments."""
    given = source.model_dump(exclude_defaults=True, exclude={"name"})
    lines = [f"[sources.{source.name.replace('.', '.environments.')}]"]
    lines += [f"{key} = {_toml(value)}" for key, value in given.items() if value is not None]
    lines += ["", "# not set, so that this applies:"]
    for key, field in Source.model_fields.items():
        if key not in given and key not in ("name", "environments"):
            default = getattr(source, key)
            shown = "none" if default is None else _toml(default)
            lines.append(f"# {key} = {shown}  ({field.description})")
    return "\n".join(lines)


def facts(source: Source) -> dict[str, Any]:
    """Give a whole profile as JSON has it."""
    return {
        "name": source.name,
        **source.model_dump(mode="json", exclude={"name"}),
        "special": special(source),
    }


def _lines(source: Source) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, expand=True)
    table.add_column(width=24, no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    table.add_row(Text(source.name, style="bold"), f"{source.title}")
    table.add_row(Text(f"  {source.life}, {source.format}", style="dim"), source.url)
    for each in filter(None, (_quirks(source), source.evidence)):
        table.add_row("", Text(each, style="dim"))
    return table


def _quirks(source: Source) -> str:
    return " ".join(f"{name}={_toml(value)}" for name, value in special(source).items())


def _toml(value: Any) -> str:
    match value:
        case dict():
            inner = ", ".join(f"{_key(name)} = {_toml(each)}" for name, each in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return f"[{', '.join(_toml(each) for each in value)}]"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case bool():
            return str(value).lower()
    return str(value)


def _key(name: str) -> str:
    plain = name.replace("-", "").replace("_", "").isalnum() and name.isascii()
    return name if plain else json.dumps(name)
