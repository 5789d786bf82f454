"""Personal data leaves a body before anything of it is written (Q-EXT-4)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import lru_cache

from lxml import etree

from open311_etl.decode import xml
from open311_etl.decode.text import text, unmarked
from open311_etl.decode.tree import squash
from open311_etl.errors import BadBody

_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"(\s*:\s*)?', re.DOTALL)
_ESCAPED_LETTER = re.compile(rb"\\u00[4-7]")
_DECODER = json.JSONDecoder(strict=False)
_SEPARATORS = b"_- "


def redact(body: bytes, fields: Collection[str]) -> bytes:
    """Take the named keys and their values out of a body, at any depth, and nothing else.

    ``fields`` are names as in the profile's ``drop_fields``; case, ``_``, ``-`` and blanks do not
    matter. Gives the same object where none of them occurs. JSON keeps every other byte (as UTF-8);
    XML loses the elements and attributes of that name. Raises BadBody where a name occurs in a body
    that cannot be read, so that nothing personal slips through.
    """
    names = frozenset(squash(field) for field in fields)
    clean = unmarked(body)
    if not names or not _occurs(clean, names):
        return body
    cut = _cut_xml(clean, names) if clean.startswith(b"<") else _cut_json(text(clean), names)
    return body if cut is None else cut


def _occurs(body: bytes, names: frozenset[str]) -> bool:
    """Say cheaply whether a name may be a key; may be wrong only towards yes."""
    folded = body.translate(None, _SEPARATORS).lower()
    is_xml = body.startswith(b"<")
    if any(needle in folded for needle in _needles(names, quoted=not is_xml)):
        return True
    return not is_xml and _ESCAPED_LETTER.search(body) is not None


@lru_cache(maxsize=64)
def _needles(names: frozenset[str], *, quoted: bool) -> tuple[bytes, ...]:
    """Give the texts to look for, without those that end in another one."""
    ends = {name for name in names if not any(name != end and name.endswith(end) for end in names)}
    return tuple((end + '"' * quoted).encode() for end in sorted(ends))


def _cut_json(content: str, names: frozenset[str]) -> bytes | None:
    kept: list[str] = []
    done = position = 0
    while found := _STRING.search(content, position):
        position = found.end()
        if found[2] is None or _key(found[1]) not in names:
            continue
        kept.append(content[done : found.start()])
        done = position = _after(content, position)
        if content[position : position + 1] != "," and kept:
            _drop_comma(kept)
        elif content[position : position + 1] == ",":
            done = position = position + 1
    if not done:
        return None
    kept.append(content[done:])
    return "".join(kept).encode("utf-8", "surrogatepass")


def _key(written: str) -> str:
    try:
        return squash(json.loads(f'"{written}"', strict=False) if "\\" in written else written)
    except ValueError:
        return ""


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
    hit = False
    for element in list(root.iter(etree.Element)):
        for key in list(element.attrib):
            if squash(str(key).rpartition("}")[2]) in names:
                del element.attrib[key]
                hit = True
        parent = element.getparent()
        if parent is not None and squash(xml.name(element)) in names:
            _remove(element, parent)
            hit = True
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) if hit else None


def _remove(element: etree._Element, parent: etree._Element) -> None:
    """Remove an element, but not the text behind it."""
    before = element.getprevious()
    if element.tail:
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    element.tail = None
    parent.remove(element)
