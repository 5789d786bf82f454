"""What a server says to one call, and how it comes over the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Delivery = Literal["whole", "truncated", "short", "drip", "stall", "hang", "reset"]
JSON, XML, HTML = "application/json; charset=utf-8", "text/xml; charset=utf-8", "text/html"
TYPES = {"json": JSON, "xml": XML}


@dataclass(slots=True)
class Answer:
    """Status, body and headers; Content-Length is added when it is delivered.

    ``delivery``: ``truncated`` ends in the middle of what it declared, ``short`` declares less than
    it sends, ``drip`` comes in small pieces, ``stall`` stops in the middle, ``hang`` never begins,
    ``reset`` breaks the connection.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    delivery: Delivery = "whole"


def html(status: int, said: str) -> Answer:
    """Give a page for people where a program asked."""
    page = f"<!DOCTYPE html>\n<html><head><title>{said}</title></head><body>{said}</body></html>\n"
    return Answer(status, page.encode(), {"content-type": HTML})
