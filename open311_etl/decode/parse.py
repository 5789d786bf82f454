"""Bytes in any encoding and syntax as one tree."""

from __future__ import annotations

import json
import re

from msgspec import Raw

from open311_etl.decode import xml
from open311_etl.decode.text import text, unmarked
from open311_etl.decode.tree import Tree, tidy
from open311_etl.errors import BadBody

_JSONP = re.compile(r"(?:/\*.*?\*/)?\s*[A-Za-z_$][\w$.]*\s*\((.*)\)\s*;?", re.DOTALL)


def parse(body: bytes) -> Tree:
    """Parse a body of any dialect (Q-FMT-4, Q-FMT-6, Q-FMT-8) without looking at its meaning.

    XML gives ``{root name: content}``, JSON what it holds, of duplicate keys the last; either is
    tidy. Raises BadBody where the body is empty, HTML, broken off, or neither of both.
    """
    body = unmarked(body)
    if not body:
        raise BadBody("the body is empty")
    try:
        return tidy(xml.tree(body) if body.startswith(b"<") else _json(text(body)))
    except RecursionError:
        raise BadBody("nested too deeply to be a GeoReport answer") from None


def _json(content: str) -> Tree:
    if content[0] not in '[{"' and (wrapped := _JSONP.fullmatch(content)):
        content = wrapped[1].strip()
    try:
        parsed: Tree = json.loads(
            content,
            strict=False,  # raw line breaks in strings do no harm
            parse_int=Raw,
            parse_float=Raw,
            parse_constant=lambda _: None,  # NaN, Infinity
        )
    except json.JSONDecodeError as error:
        raise BadBody(_damage(content, error)) from None
    return parsed


def _damage(content: str, error: json.JSONDecodeError) -> str:
    if content[:1] not in {"[", "{"}:
        return f"neither JSON nor XML, it starts with {content[:40]!r}"
    if content[-1] not in "]}" or error.pos >= len(content):
        return f"JSON breaks off after {len(content)} characters"
    return f"broken JSON: {error.msg} at character {error.pos} of {len(content)}"
