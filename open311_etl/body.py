"""The body of an untrusted answer: unpack it within a limit, see what it looks like."""

from __future__ import annotations

import codecs
import html
import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec
from lxml import etree

MOST_DESCRIPTION = 200
"""As many characters of a server's own words go into an error."""

_SPOKEN = ("description", "faultstring", "message", "error_description", "detail", "error")

_HTML = re.compile(
    rb"(?>(?:\s|<\?[^>]*>|<!--.*?-->)*)<(?:!doctype\s+html|"
    rb"(?:html|head|body|title|meta|script|style|div|center|h[1-6]|p|pre|br|b)[\s/>])",
    re.IGNORECASE | re.DOTALL,
)


class EncodingError(Exception):
    """The body is not what its Content-Encoding says (Q-FMT-7)."""


class TooLargeError(Exception):
    """The body, unpacked, is larger than allowed."""


class CutShortError(Exception):
    """The packed body ends before its end."""


class Unpacker:
    """Undo the Content-Encoding of a body piece by piece, holding ``most`` bytes at the most."""

    def __init__(self, encoding: str, most: int) -> None:
        self._most = most
        self._kept = io.BytesIO()
        self._head = b""
        self._inflate: Any = None
        self._bare = False
        names = [name for name in encoding.lower().replace(" ", "").split(",") if name]
        kinds = [name.removeprefix("x-") for name in names if name != "identity"]
        if len(kinds) > 1 or not {*kinds} <= {"gzip", "deflate"}:
            raise EncodingError(f"an encoding that was not asked for ({encoding[:40]})")
        self._kind = "".join(kinds)

    def feed(self, piece: bytes) -> None:
        """Take the next bytes as received; raise EncodingError or TooLargeError."""
        if not self._kind:
            self._keep(piece)
            return
        if self._inflate is None:
            self._head += piece
            if len(self._head) < 2:
                return
            piece, self._head = self._head, b""
            self._bare = self._kind == "deflate" and not _has_envelope(piece)
            self._inflate = zlib.decompressobj(-15 if self._bare else 47)  # 47: zlib or gzip
        while piece:
            if self._inflate.eof:  # a further gzip member; other bytes after the end are padding
                if not piece.startswith(b"\x1f"):
                    return
                self._inflate = zlib.decompressobj(31)
            try:
                self._keep(self._inflate.decompress(piece, self._most - self._kept.tell() + 1))
            except zlib.error as error:
                raise EncodingError(f"a body that is no {self._kind} ({error})") from None
            piece = self._inflate.unused_data

    def finish(self) -> bytes:
        """Give the whole body; raise CutShortError where its end is missing, or EncodingError."""
        if self._head or (self._inflate is not None and not self._inflate.eof):
            if self._bare:  # no envelope, no proof that it was deflated at all
                raise EncodingError("a body that is no deflate")
            raise CutShortError
        return self._kept.getvalue()

    def beginning(self) -> bytes:
        """Give what there is so far."""
        return self._kept.getvalue()

    def _keep(self, piece: bytes) -> None:
        if self._kept.tell() + len(piece) > self._most:
            self._kept.write(piece[: self._most - self._kept.tell()])
            raise TooLargeError
        self._kept.write(piece)


def _has_envelope(body: bytes) -> bool:
    """Tell deflate in the envelope of zlib or gzip from the bare one that many servers send."""
    zlibs = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return zlibs or body.startswith(b"\x1f\x8b")


def unreadable(body: bytes) -> str | None:
    """Say why a body cannot be GeoReport by its first and last bytes, or give ``None``.

    Takes an unpacked body. A content type proves nothing (Q-FMT-8), nor does HTTP 200 (Q-ERR-1,
    Q-ERR-3), nor a correct Content-Length where a proxy passed on what it got.
    """
    head, tail = body[:4096], body[-256:]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head[: len(head) & ~1].decode("utf-16", "replace").encode()
        tail = b""
    head = head.removeprefix(codecs.BOM_UTF8).lstrip()
    tail = tail.rstrip(b"\0 \t\r\n")
    if not head:
        return "an empty body"
    if is_html(head):
        title = html_title(head)
        return f"an HTML page ({title})" if title else "an HTML page"
    closing = {b"[": b"]", b"{": b"}", b"<": b">"}.get(head[:1])
    if closing is None:
        return "a body that is neither JSON nor XML"
    if tail and not tail.endswith(closing):
        return "a body that breaks off"
    return None


def is_html(body: bytes) -> bool:
    """Say whether a body is an HTML page, or a piece of one, whatever its content type."""
    return _HTML.match(body[:4096].removeprefix(codecs.BOM_UTF8)) is not None


def html_title(body: bytes) -> str:
    """Give the title of an HTML page, or nothing."""
    found = re.search(rb"<title[^>]*>(.{1,400}?)</title", body[:4096], re.IGNORECASE | re.DOTALL)
    return one_line(html.unescape(found[1].decode("utf-8", "replace"))) if found else ""


def description(body: bytes) -> str:
    """Give what the body of an error says, in at most MOST_DESCRIPTION characters, or nothing.

    Takes the body of any status; knows the shapes of Q-ERR-5, in JSON and XML, and an HTML title.
    """
    if is_html(body):
        return html_title(body)
    try:
        return one_line("; ".join(_spoken(msgspec.json.decode(body))))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ""
    if root is None:
        return ""
    for name in _SPOKEN:
        said = [each.text for each in root.iter(f"{{*}}{name}") if each.text and each.text.strip()]
        if said:
            return one_line("; ".join(said))
    return ""


def _spoken(value: object, depth: int = 0) -> Iterator[str]:
    if depth > 4:
        return
    if isinstance(value, list):
        for each in value[:5]:
            yield from _spoken(each, depth + 1)
    if isinstance(value, dict):
        lower = {str(key).lower(): each for key, each in value.items()}
        for name in _SPOKEN:
            if isinstance(said := lower.get(name), str) and said.strip():
                yield said
                return
        for each in lower.values():
            yield from _spoken(each, depth + 1)


def one_line(text: str, most: int = MOST_DESCRIPTION) -> str:
    """Give foreign words as one line of printable characters, ``most`` of them at the most."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= most else flat[: most - 3] + "..."
