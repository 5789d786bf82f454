"""XML of any GeoReport server as the tree that its JSON would have given (Q-FMT-4)."""

from __future__ import annotations

import html
import re

from lxml import etree

from open311_etl.decode.text import text
from open311_etl.decode.tree import Tree
from open311_etl.errors import BadBody

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_PROSE = frozenset({"description", "status_notes", "service_notice", "summary"})
_LISTS = frozenset({"notes", "attributes", "values", "formats", "endpoints", "recipients"})
_DECLARATION = re.compile(r"<\?xml[^>]*?(?:encoding\s*=\s*[\"']([\w.:-]+)[\"'])?[^>]*\?>\s*")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"<!\[CDATA\[.*?\]\]>|&(#\d+;|#[xX][0-9a-fA-F]+;|\w+;)?", re.DOTALL)
_HTML = re.compile(rb"<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.IGNORECASE)
_SAID = re.compile(r"(ERROR: [^<]+)|<(title|h1)[^>]*>([^<]*\S)", re.IGNORECASE)


def root(body: bytes) -> etree._Element:
    """Parse XML strictly, and once more with its small damage mended where that fails.

    Mended are: other encodings than declared, characters that XML forbids, ``&`` left alone, names
    of HTML characters, undeclared prefixes. Raises BadBody where it is HTML, has a DTD, is cut off
    or nested too deeply. Nothing is ever fetched or expanded.
    """
    if _HTML.search(body[:2000]):
        raise BadBody(f"an HTML page instead of GeoReport{_said(text(body[:20_000]))}")
    if b"<!DOCTYPE" in body[:2000]:
        raise BadBody("XML with a DTD is refused")
    try:
        found = etree.fromstring(body, _parser())
    except (etree.XMLSyntaxError, ValueError):
        found = _mended(text(_declared(body)))
    if found.getroottree().docinfo.doctype:
        raise BadBody("XML with a DTD is refused")
    return found


def tree(body: bytes) -> Tree:
    """Give ``{root name: content}``; raises BadBody as ``root`` does.

    Names lose their namespace; text is trimmed and stays text; an empty element and ``xsi:nil`` are
    null; repeated elements, ``type="array"`` and plural containers (``<notes><note>``) are lists.
    """
    top = root(body)
    return {name(top): _content(top)}


def name(element: etree._Element) -> str:
    """Give the local name of an element, whether its prefix was declared or not."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _mended(content: str) -> etree._Element:
    content = _DECLARATION.sub("", content, count=1)
    content = _REFERENCE.sub(_reference, _ILLEGAL.sub("", content))
    parser = _parser(recover=True)
    try:
        found = etree.fromstring(content.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadBody(f"broken XML: {error}") from None
    for fault in parser.error_log:
        if fault.level >= etree.ErrorLevels.FATAL or found is None:
            cut = fault.type == etree.ErrorTypes.ERR_TAG_NOT_FINISHED
            raise BadBody(f"{'XML breaks off' if cut else 'broken XML'}: {fault.message.strip()}")
    if found is None:
        raise BadBody("broken XML: there is no element in it")
    return found


def _declared(body: bytes) -> bytes:
    """Recode a body whose declared encoding is not UTF-8, where that works, into UTF-8."""
    declaration = _DECLARATION.match(body[:200].decode("latin-1"))
    encoding = declaration[1] if declaration else None
    if not encoding or encoding.lower().replace("_", "-") in {"utf-8", "utf8", "utf-16"}:
        return body
    try:
        return body.decode(encoding).encode()
    except (LookupError, UnicodeError):
        return body


def _reference(found: re.Match[str]) -> str:
    """Keep CDATA and good references, drop those to illegal characters, mend a bare ``&``."""
    whole, reference = found[0], found[1]
    if whole.startswith("<") or whole in {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}:
        return whole
    meant = html.unescape(whole) if reference else "&"
    if _ILLEGAL.search(meant) or meant == "\ufffd" or (reference or "").startswith("#0;"):
        return ""
    return html.escape(meant, quote=False)


def _content(element: etree._Element) -> Tree:
    children = [child for child in element if isinstance(child.tag, str)]
    own = name(element)
    if _is_nil(element):
        return None
    listed = element.get("type") == "array" or element.get("is_array") == "true"
    if not children:
        said = (element.text or "").strip()
        return said or ([] if listed else None)
    if own in _PROSE or _is_mixed(element, children):
        return " ".join("".join(str(part) for part in element.itertext()).split()) or None
    names = {name(child) for child in children}
    if listed or (len(names) == 1 and _is_list(own, *names)):
        return [_content(child) for child in children]
    return _object(children)


def _object(children: list[etree._Element]) -> Tree:
    found: dict[str, Tree] = {}
    repeated: set[str] = set()
    for child in children:
        key, value = name(child), _content(child)
        earlier = found.get(key)
        if key in repeated and isinstance(earlier, list):
            earlier.append(value)
        elif key in found:
            found[key] = [earlier, value]
            repeated.add(key)
        else:
            found[key] = value
    return found


def _is_list(own: str, child: str) -> bool:
    own, child = own.lower(), child.lower()
    return own in _LISTS or child in {"item", "recipient"} or own in {child + "s", child + "es"}


def _is_nil(element: etree._Element) -> bool:
    return any(
        (key == _NIL or key.rpartition(":")[2] == "nil") and value in {"true", "1"}
        for key, value in element.attrib.items()
    )


def _is_mixed(element: etree._Element, children: list[etree._Element]) -> bool:
    texts = [element.text, *(child.tail for child in children)]
    return any(part and part.strip() for part in texts)


def _said(page: str) -> str:
    found = _SAID.search(page)
    said = " ".join(html.unescape(found[1] or found[3]).split()) if found else ""
    return f' that says "{said[:120]}"' if said else ""
