"""Personal data leaves a body before anything of it is written (Q-EXT-4)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import lru_cache

import pyarrow as pa
from lxml import etree

from open311_etl.decode import xml
from open311_etl.decode.text import text, unmarked
from open311_etl.decode.tree import squash
from open311_etl.errors import BadBody

_DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)
_ESCAPE = re.compile(r"\\(?:u00((?!5[cC])[4-7][0-9a-fA-F]|2[dD]|20)|.)", re.DOTALL)
_ESCAPED_NAME = re.compile(rb"\\u00(?:[4-7]|2[dD0])")
_BETWEEN = "[_ -]*"
_IGNORED = b"_- \t\r\n"


def redact(body: bytes, fields: Collection[str]) -> bytes:
    """Take the named keys and their values out of a body, at any depth, and nothing else.

    ``fields`` are names as in the profile's ``drop_fields``; case, ``_``, ``-`` and blanks do not
    matter. Gives the same object where none of them occurs. JSON keeps every other character (as
    UTF-8); XML loses elements and attributes of that name, and comments. Raises BadBody where a
    name may occur in a body that cannot be read, so that nothing personal slips through.
    """
    clean = unmarked(body)
    names = _suspects(clean, frozenset(squash(field) for field in fields))
    if not names:
        return body
    cut = _cut_xml(clean, names) if clean.startswith(b"<") else _cut_json(clean, names)
    return body if cut is None else cut


def _suspects(body: bytes, names: frozenset[str]) -> frozenset[str]:
    """Give the names that may be keys in a body, cheaply; errs only towards too many."""
    is_xml = body.startswith(b"<")
    if not names or not all(map(str.isascii, names)):
        return names
    if not is_xml and _ESCAPED_NAME.search(body):
        return names
    if not is_xml and not _any_key(body, names):
        return frozenset()
    bare = body.translate(None, _IGNORED).lower()
    if is_xml:
        return frozenset(name for name in names if name.encode() in bare)
    return frozenset(name for name in names if b'"%s":' % name.encode() in bare)


def _any_key(body: bytes, names: frozenset[str]) -> bool:
    """Say whether one of many names is a key, in one go: RE2 is several times faster at that."""
    import pyarrow.compute as pc  # noqa: PLC0415 - slow to import; few commands read pages

    # In lower case, because to look for both cases takes twice as long.
    found = pc.match_substring_regex(pa.scalar(body.lower()), pattern=_any_of(names))
    return bool(found.as_py())


@lru_cache(maxsize=64)
def _any_of(names: frozenset[str]) -> str:
    gap = r"[_\- \t\r\n]*"
    spelt = "|".join(gap.join(map(re.escape, name)) for name in sorted(names))
    return f'"{gap}(?:{spelt}){gap}"\\s*:'


@lru_cache(maxsize=64)
def _keys(names: frozenset[str]) -> re.Pattern[str]:
    """Give the pattern of a key: in valid JSON nothing else is a quoted name before a colon."""
    spelt = "|".join(_BETWEEN.join(map(re.escape, name)) for name in sorted(names))
    return re.compile(rf'(?<!\\)"{_BETWEEN}(?:{spelt}){_BETWEEN}"\s*:\s*', re.IGNORECASE)


def _cut_json(body: bytes, names: frozenset[str]) -> bytes | None:
    content = text(body)
    if _ESCAPED_NAME.search(body):
        content = _ESCAPE.sub(
            lambda found: chr(int(found[1], 16)) if found[1] else found[0], content
        )
    kept: list[str] = []
    done = 0
    while found := _keys(names).search(content, done):
        kept.append(content[done : found.start()])
        done = _after(content, found.end())
        if content[done : done + 1] == ",":
            done += 1
        else:
            _drop_comma(kept)
    return "".join([*kept, content[done:]]).encode() if kept else None


def _after(content: str, start: int) -> int:
    """Give the place after the value that starts there, and after the blanks behind it."""
    try:
        _, end = _DECODER.raw_decode(content, start)
    except (ValueError, RecursionError):
        raise BadBody("broken JSON with personal data in it, nothing of it is kept") from None
    while content[end : end + 1].isspace():
        end += 1
    return end


def _drop_comma(kept: list[str]) -> None:
    """Take away the comma before the last member of an object, which is cut."""
    while kept:
        last = kept.pop().rstrip()
        if last:
            kept.append(last.removesuffix(","))
            return


def _cut_xml(body: bytes, names: frozenset[str]) -> bytes | None:
    root = xml.root(body)
    found = [element for element in root.iter(etree.Element) if squash(xml.name(element)) in names]
    attributes = [
        (element, key)
        for element in root.iter(etree.Element)
        for key in element.attrib
        if squash(str(key).rpartition("}")[2]) in names
    ]
    for element, key in attributes:
        del element.attrib[key]
    for element in found:
        _remove(element)
    if not found and not attributes:
        return None
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _remove(element: etree._Element) -> None:
    """Remove an element but not the text behind it; a root loses all that is in it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        element.clear()
        return
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    element.tail = None
    parent.remove(element)
