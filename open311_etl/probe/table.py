"""A profile as a table of ``open311.toml``, each line with its evidence; and into the file."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from open311_etl.body import one_line
from open311_etl.config import Source, load_settings
from open311_etl.errors import ConfigError, UsageError
from open311_etl.probe.trait import Probe

MOST_COMMENT = 120
_GENERIC = {"www", "api", "open311", "georeport", "app", "city", "my", "gov", "com", "org", "net"}
_HEADER = re.compile(r"^[ \t]*\[(?!\[)(?P<path>[^\]\n]*)\][ \t]*(?:#.*)?$", re.MULTILINE)


def written(probe: Probe, name: str) -> str:
    """Give the table ``[sources.NAME]``, its keys in the order of the documentation."""
    evidence = {
        key: f"{trait.evidence}{'' if trait.confidence == 'seen' else ' (likely)'}"
        for trait in probe.traits
        for key in trait.keys
    }
    known = f"as in the profile of {probe.source.name}" if probe.source.name else "as given"
    lines = [
        f"{key} = {_value(value)}  # {one_line(evidence.get(key, known), MOST_COMMENT)}"
        for key, value in probe.profile().items()
    ]
    return "\n".join([f"[sources.{name}]", *lines]) + "\n"


def name_for(source: Source) -> str:
    """Give a name for the table of a source: its own, else one made of its host."""
    if source.name:
        return source.name.replace(".", "-")
    labels = (urlsplit(source.url).hostname or "").lower().split(".")
    words = [re.sub(r"[^a-z0-9-]", "", each) for each in labels[:-1] or labels]
    own = [each for each in words if each and each not in _GENERIC and not each.isdigit()]
    return own[-1] if own else "city"


def save(probe: Probe, name: str, file: Path, *, force: bool = False) -> None:
    """Write the table into a configuration file, all else in it left as it is.

    A new file is made where there is none. Raises UsageError where the table is there already, with
    ``force`` only where it cannot be replaced without touching something else; ConfigError where
    the file cannot be read or written.
    """
    before, content = room_for(name, file, force=force)
    ending = "\r\n" if "\r\n" in before else "\n"
    table = written(probe, name)
    if name not in content.get("sources", {}):
        after = f"{before.rstrip()}\n\n{table}" if before.strip() else table
    else:
        after = _replaced(before.replace("\r\n", "\n"), name, table, file)
    after = after.replace("\r\n", "\n")
    _check_rest(content, after, name, file)
    _write(after.replace("\n", ending), file)


def room_for(name: str, file: Path, *, force: bool = False) -> tuple[str, dict[str, Any]]:
    """Make sure that a table of that name may be written; gives the file's text and what it says.

    Raises as :func:`save` does.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise UsageError(f'"{name}": a source\'s name may hold only a-z, 0-9, - and _')
    try:
        text = file.read_bytes().decode("utf-8-sig") if file.exists() else ""
        content = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}; nothing was written") from None
    if name in content.get("sources", {}) and not force:
        raise UsageError(
            f"{file}: [sources.{name}] is there already; --force replaces it, --name NAME writes "
            "another"
        )
    return text, content


def _replaced(text: str, name: str, table: str, file: Path) -> str:
    """Put a table in the place of the one of that name; tables below it stay."""
    headers = list(_HEADER.finditer(text))
    wanted = {("sources", name)}
    for place, header in enumerate(headers):
        if _path(header["path"]) in wanted:
            end = headers[place + 1].start() if place + 1 < len(headers) else len(text)
            rest = text[header.start() : end]
            kept = re.search(r"(?:\n[ \t]*(?:#[^\n]*)?)*\Z", rest)  # what leads to the next table
            tail = rest[kept.start() :] if kept and place + 1 < len(headers) else "\n"
            return text[: header.start()] + table.rstrip("\n") + tail + text[end:]
    raise UsageError(
        f"{file}: [sources.{name}] is written in a way that cannot be replaced; change it by hand"
    )


def _path(text: str) -> tuple[str, ...]:
    try:
        found: Any = tomllib.loads(f"[{text}]")
    except tomllib.TOMLDecodeError:
        return ()
    path = []
    while isinstance(found, dict) and found:
        key, found = next(iter(found.items()))
        path.append(key)
    return tuple(path)


def _check_rest(before: Mapping[str, Any], after: str, name: str, file: Path) -> None:
    """Make sure, before a file is changed, that it says the same of everything else."""
    try:
        now = tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        now = {}
    old, new = (_without(content, name) for content in (before, now))
    if old != new:
        raise UsageError(
            f"{file}: [sources.{name}] cannot be written without changing the rest; do it by hand"
        )


def _without(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    sources = dict(content.get("sources", {}))
    own = sources.pop(name, {})
    below = {
        key: value
        for key, value in own.items()
        if isinstance(value, dict) and key == "environments"
    }
    return {**content, "sources": {**sources, **({name: below} if below else {})}}


def _write(text: str, file: Path) -> None:
    """Write beside the file, see that it can be loaded, then put it in its place."""
    try:
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".toml")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        if file.exists():
            Path(beside).chmod(file.stat().st_mode & 0o777)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from None
    try:
        load_settings(config=beside)
        Path(beside).replace(file)
    except ConfigError as error:
        raise ConfigError(str(error).replace(beside, str(file)) + "; nothing was written") from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from None
    finally:
        Path(beside).unlink(missing_ok=True)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(str(key))} = {_value(each)}" for key, each in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(each) for each in value)}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
