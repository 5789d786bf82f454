"""A body without its syntax: dicts, lists, text, and numbers as they were written."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

from msgspec import Raw

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | Raw | bool | None"
"""What JSON or XML holds; numbers are ``Raw``, so that none loses a digit (Q-ID-4)."""

_LEVELS = 64
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


def tidy(value: Tree, levels: int = _LEVELS) -> Tree:
    """Copy a tree into one that any JSON reader and database takes.

    NULs go, lone surrogates become U+FFFD, and what is nested deeper than 64 levels becomes null.
    """
    if isinstance(value, str):
        return _legal(value)
    if isinstance(value, list):
        return [tidy(each, levels - 1) for each in value] if levels else None
    if isinstance(value, dict):
        if not levels:
            return None
        return {_legal(key): tidy(each, levels - 1) for key, each in value.items()}
    return value


def scalar(value: Tree) -> str | None:
    """Give a value as text: trimmed, numbers as written, absent, null and empty all ``None``.

    A whole number written as a fraction (``12.0``, ``1.2E1``) is given without it, because some
    servers write their integer ids so. Lists of one are opened (Q-FMT-5), objects are nothing.
    """
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Raw):
        return _whole(bytes(value).decode())
    return scalar(value[0]) if isinstance(value, list) and len(value) == 1 else None


def truth(value: Tree) -> bool | None:
    """Read true and false as servers write them: booleans, words, 1 and 0 (Q-SVC-4)."""
    said = (scalar(value) or "").lower()
    if said in {"true", "1", "yes"}:
        return True
    return False if said in {"false", "0", "no"} else None


def listed(value: Tree, item: str) -> list[Tree]:
    """Give a list, whether it came as such, under the name of its items, or as a single one."""
    if isinstance(value, list) and len(value) == 1 and folded(value[0]).keys() == {item}:
        value = value[0]
    if isinstance(value, dict) and folded(value).keys() == {item}:
        (value,) = value.values()
    if value is None or value in ("", {}, [{}]):
        return []
    return value if isinstance(value, list) else [value]


@lru_cache(maxsize=4096)
def squash(key: str) -> str:
    """Give a name without its spelling: ``Service-Request ID`` is ``servicerequestid``."""
    return re.sub(r"[\W_]", "", key).lower()


def folded(value: Tree) -> dict[str, Tree]:
    """Give an object under squashed names; what is no object has none."""
    return {squash(key): each for key, each in value.items()} if isinstance(value, dict) else {}


def _legal(written: str) -> str:
    if written.isprintable() or not _FORBIDDEN.search(written):  # the first is the quicker test
        return written
    return _FORBIDDEN.sub("\ufffd", written.replace("\0", ""))


def _whole(number: str) -> str:
    if number.lstrip("-").isdigit():
        return number
    value = float(number)
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else number
