"""What happens to the bytes of a sound answer on their way: encodings, cuts, slow lines."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Literal

from open311_etl.sandbox.answer import Answer, Delivery
from open311_etl.sandbox.options import Amount, Rate


@dataclass(frozen=True)
class Damage:
    """Faults in the bytes of an answer; each Rate is the share of calls that it befalls."""

    bom: Annotated[Rate, "a byte order mark before the body (Q-FMT-6)"] = 0
    wrong_charset: Annotated[Rate, "bytes of Windows-1252 under the label utf-8 (Q-FMT-6)"] = 0
    illegal_characters: Annotated[Rate, "control characters in the text (Q-FMT-6)"] = 0
    duplicate_keys: Annotated[Rate, "status twice in each record, first as nothing"] = 0
    truncated: Annotated[Rate, "half of the declared length comes, then the end"] = 0
    wrong_length: Annotated[Rate, "Content-Length says half of what there is"] = 0
    broken_deflate: Annotated[Rate, "a deflate body that zlib refuses, if asked for (Q-FMT-7)"] = 0
    stall: Annotated[Rate, "half of the body comes, then nothing more"] = 0
    drip: Annotated[Rate, "the body comes in twenty pieces"] = 0
    drip_seconds: Annotated[Amount, "pause between two of them"] = 0.05
    compression: Annotated[
        Literal["none", "gzip", "deflate"], "bodies are compressed for callers that accept it"
    ] = "none"
    etags: Annotated[bool, "answers have an ETag, and If-None-Match gives 304 (Q-LIFE-6)"] = False


def damage(
    answer: Answer, struck: frozenset[str], accepted: str, known: str, ways: Damage
) -> Answer:
    """Change an answer as the faults that befall it want.

    Takes the caller's Accept-Encoding and If-None-Match.
    """
    for name, change in _BODIES.items():
        if name in struck:
            answer.body = change(answer.body)
    if ways.etags and answer.status == 200:
        tag = f'"{blake2b(answer.body, digest_size=12).hexdigest()}"'
        answer.headers["etag"] = tag
        if known == tag:
            return Answer(304, b"", {"etag": tag})
    if "broken_deflate" in struck and "deflate" in accepted:
        answer.body = b"\x00\x00" + zlib.compress(answer.body)[2:]
        answer.headers["content-encoding"] = "deflate"
    elif ways.compression != "none" and ways.compression in accepted:
        pack = gzip.compress if ways.compression == "gzip" else zlib.compress
        answer.body = pack(answer.body, 1)
        answer.headers["content-encoding"] = ways.compression
    for fault, delivery in _DELIVERIES.items():
        if fault in struck and answer.delivery == "whole":
            answer.delivery = delivery
    return answer


def _mark(body: bytes) -> bytes:
    return b"\xef\xbb\xbf" + body


def _western(body: bytes) -> bytes:
    return body.decode("utf-8", "replace").encode("cp1252", "replace")


def _control(body: bytes) -> bytes:
    """Put a vertical tab into each service name, raw in JSON, raw and as a reference in XML."""
    body = body.replace(b'"service_name":"', b'"service_name":"\x0b')
    return body.replace(b"<service_name>", b"<service_name>\x0b&#11;")


_STATUS = re.compile(rb'(<status>)|("status":)')


def _double(body: bytes) -> bytes:
    return _STATUS.sub(
        lambda found: b"<status/><status>" if found[1] else b'"status":null,"status":', body
    )


_BODIES: dict[str, Callable[[bytes], bytes]] = {
    "duplicate_keys": _double,
    "illegal_characters": _control,
    "wrong_charset": _western,
    "bom": _mark,
}
_DELIVERIES: dict[str, Delivery] = {
    "truncated": "truncated",
    "wrong_length": "short",
    "stall": "stall",
    "drip": "drip",
}
DAMAGES = (*_BODIES, "broken_deflate", *_DELIVERIES)
"""Names of the faults in bytes that are drawn anew for each call."""
