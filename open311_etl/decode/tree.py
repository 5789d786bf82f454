"""A body without its syntax: dicts, lists, text, and numbers as they were written."""

from __future__ import annotations

import re
from typing import TypeAlias

from msgspec import Raw

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | Raw | bool | None"
"""What JSON or XML holds; numbers are ``Raw``, so that none loses a digit (Q-ID-4)."""


def scalar(value: Tree) -> str | None:
    """Give a value as text: trimmed, numbers as written, absent, null and empty all ``None``.

    A whole number written as a fraction (``12.0``, ``1.2E1``) is given without it, because some
    servers write their integer ids so. Lists of one are opened (Q-FMT-5), objects are nothing.
    """
    if isinstance(value, list):
        return scalar(value[0]) if len(value) == 1 else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Raw):
        return _whole(bytes(value).decode())
    return (value.strip() or None) if isinstance(value, str) else None


def truth(value: Tree) -> bool | None:
    """Read true and false as servers write them: booleans, words, 1 and 0 (Q-SVC-4)."""
    said = (scalar(value) or "").lower()
    if said in {"true", "1", "yes"}:
        return True
    return False if said in {"false", "0", "no"} else None


def squash(key: str) -> str:
    """Give a name without its spelling: ``Service-Request ID`` is ``servicerequestid``."""
    return re.sub(r"[\W_]", "", key).lower()


def folded(value: Tree) -> dict[str, Tree]:
    """Give an object under squashed names; what is no object has none."""
    return {squash(key): each for key, each in value.items()} if isinstance(value, dict) else {}


def _whole(number: str) -> str:
    if number.lstrip("-").isdigit():
        return number
    value = float(number)
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else number
