"""XML of any GeoReport server as the tree that its JSON would have given (Q-FMT-4)."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from lxml import etree

from open311_etl.body import one_line
from open311_etl.decode.text import is_utf8, text
from open311_etl.decode.tree import Tree
from open311_etl.errors import BadBody

_PROSE = frozenset({"description", "status_notes", "service_notice", "summary"})
_LISTS = frozenset({"notes", "attributes", "values", "formats", "endpoints"})
_PREDEFINED = frozenset({"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})
_CDATA = "<![CDATA["
_DECLARATION = re.compile(r"<\?xml(?:[^>]*?\sencoding\s*=\s*[\"']([\w.-]+)[\"'])?[^>]*\?>\s*")
_EIGHT_BIT = re.compile(
    r"(iso-?8859|windows-|cp\d|latin|us-ascii|koi8|mac|gb|big5|shift|euc)", re.I
)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = r"(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,32});"
_BARE = re.compile(f"&(?!{_REFERENCE})")
_NAMED = re.compile(f"&{_REFERENCE}")
# No possessive repeat of a group: Python 3.11.2, which Debian 12 has, matches too little by it.
_HTML = re.compile(
    rb"(?:<\?xml[^>]*\?>\s*|<!--[^-]*+(?:-(?!->)[^-]*+)*-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE,
)
_SAID = (re.compile(r"(ERROR: [^<]+)"), re.compile(r"<(?:title|h1)[^>]*>([^<]+)", re.IGNORECASE))


def tree(body: bytes) -> Tree:
    """Give ``{root name: content}``; raises BadBody as ``root`` does.

    Names lose their namespace; text is trimmed and stays text; an empty element and ``xsi:nil`` are
    null; repeated elements, ``type="array"`` and plural containers (``<notes><note>``) are lists.
    """
    top = root(body)
    return {name(top): _content(top)}


def root(body: bytes) -> etree._Element:
    """Parse XML strictly, and once more with its small damage mended where that fails.

    Mended are: other encodings than declared, characters that XML forbids, ``&`` left alone, names
    of HTML characters, undeclared prefixes. Raises BadBody where it is HTML, has a DTD, is cut off
    or nested too deeply. Nothing is ever fetched or expanded.
    """
    if _HTML.match(body[:2000]):
        raise BadBody(f"an HTML page instead of GeoReport{_said(text(body[:20_000]))}")
    encoding = "utf-8" if is_utf8(body) else None  # what is UTF-8 is so whatever the label says
    try:
        found = etree.fromstring(body, _parser(encoding))
    except (etree.XMLSyntaxError, ValueError):
        found = _mended(text(body if encoding else _declared(body)))
    if found.getroottree().docinfo.internalDTD is not None:  # there is one for any DOCTYPE
        raise BadBody("XML with a DTD is refused")
    return found


def name(element: etree._Element) -> str:
    """Give the local name of an element, whether its prefix was declared or not."""
    return _local(str(element.tag))


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return re.split("[}:]", tag)[-1]


def _parser(encoding: str | None, *, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _mended(content: str) -> etree._Element:
    if declaration := _DECLARATION.match(content):
        content = content[declaration.end() :]
    pieces = []
    for piece in _ILLEGAL.sub("", content).split("]]>"):
        before, mark, quoted = piece.partition(_CDATA)
        before = _BARE.sub("&amp;", _NAMED.sub(_reference, before))
        pieces.append(before + mark + quoted)
    parser = _parser(
        "utf-8", recover=True
    )  # for undeclared prefixes; all else that it mends is refused
    try:
        found = etree.fromstring("]]>".join(pieces).encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadBody(f"broken XML: {one_line(str(error))}") from None
    faults = [each for each in parser.error_log if each.level == etree.ErrorLevels.FATAL]
    kinds = {each.type for each in faults}
    cut = not content.endswith(">") and etree.ErrorTypes.ERR_DOCUMENT_END not in kinds
    if faults and (cut or etree.ErrorTypes.ERR_TAG_NOT_FINISHED in kinds):
        raise BadBody(f"XML breaks off after {len(content)} characters")
    if faults:
        raise BadBody(f"broken XML: {one_line(faults[0].message)}")
    return found


def _declared(body: bytes) -> bytes:
    """Recode a body into UTF-8 where it keeps to the eight-bit encoding that it declares."""
    declaration = _DECLARATION.match(body[:200].decode("latin-1"))
    encoding = declaration[1] if declaration else None
    if not encoding or not _EIGHT_BIT.match(encoding):
        return body
    try:
        return body.decode(encoding).encode()
    except (LookupError, UnicodeError):
        return body


def _reference(found: re.Match[str]) -> str:
    """Keep what XML knows, spell out HTML's names, and drop illegal characters."""
    whole = found[0]
    if whole in _PREDEFINED:
        return whole
    meant = html.unescape(whole)
    if whole.startswith("&#") and (_ILLEGAL.search(meant) or meant in {"", "\ufffd"}):
        return ""
    return html.escape(meant, quote=False)


def _content(element: etree._Element) -> Tree:
    array = False
    if attributes := element.items():
        kind = {_local(str(key)): value for key, value in attributes}
        array = kind.get("type") == "array" or kind.get("is_array") == "true"
        if kind.get("nil") in {"true", "1"}:
            return None
    if len(element) == 0:
        return (element.text or "").strip() or ([] if array else None)
    own, children = name(element).lower(), list(element)
    if own in _PROSE or _is_mixed(element, children):
        return "".join(str(part) for part in element.itertext()).strip() or None
    if array or _is_list(own, {name(child).lower() for child in children}):
        return [_content(child) for child in children]
    return _object(children)


def _object(children: list[etree._Element]) -> Tree:
    values: dict[str, list[Tree]] = {}
    for child in children:
        values.setdefault(name(child), []).append(_content(child))
    return {
        key: found[0] if len(found) == 1 and key != "recipient" else found  # Q-FLD-4
        for key, found in values.items()
    }


def _is_list(own: str, children: set[str]) -> bool:
    child = next(iter(children))
    plurals = {child + "s", child + "es"}
    return len(children) == 1 and (own in _LISTS or own in plurals or child == "item")


def _is_mixed(element: etree._Element, children: list[etree._Element]) -> bool:
    texts = [element.text, *(child.tail for child in children)]
    return any(part and part.strip() for part in texts)


def _said(page: str) -> str:
    """Give the words of an HTML page that tell best what it is (Q-ERR-1)."""
    for pattern in _SAID:
        if found := pattern.search(page):
            return f' that says "{one_line(html.unescape(found[1]), 120)}"'
    return ""
