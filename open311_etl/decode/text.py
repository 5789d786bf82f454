"""Bytes in any encoding as text, whatever their label says (Q-FMT-6)."""

from __future__ import annotations

import codecs
import re

from open311_etl.errors import BadBody

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_ESCAPED = re.compile("[\udc80-\udcff]+")


def unmarked(body: bytes) -> bytes:
    """Give a body without white space around it and byte order mark, UTF-16 and -32 as UTF-8.

    Raises BadBody where UTF-16 or -32 is broken.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _recoded(body[len(mark) :], encoding)
    head = body[:4]
    if b"\0" in head and len(head) == 4:  # the first character is always ASCII
        wide = "32" if head.count(0) == 3 else "16"
        return _recoded(body, f"utf-{wide}-{'be' if head[0] == 0 else 'le'}")
    return _bare(body)


def is_utf8(body: bytes) -> bool:
    """Say whether all of a body is valid UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def text(body: bytes) -> str:
    """Decode UTF-8; bytes that are none count as Windows-1252."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return _ESCAPED.sub(_western, body.decode("utf-8", "surrogateescape"))


def _recoded(body: bytes, encoding: str) -> bytes:
    if encoding == "utf-8":
        return _bare(body)
    try:
        content = body.decode(encoding, "surrogatepass")
    except UnicodeDecodeError as error:
        raise BadBody(f"broken {encoding.upper()} text at byte {error.start} (cut off?)") from None
    return _bare(content.encode("utf-8", "replace"))


def _bare(body: bytes) -> bytes:
    """Take off white space and marks in any order, as included files leave them."""
    return body.strip().lstrip(codecs.BOM_UTF8 + b" \t\r\n")


def _western(run: re.Match[str]) -> str:
    raw = run[0].encode("utf-8", "surrogateescape")
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
