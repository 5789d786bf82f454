"""Real bodies, damaged: whatever comes of them, no entry goes missing without a count."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from open311_etl import decode, load
from open311_etl.config import Source
from open311_etl.errors import BadBody
from open311_etl.landing import Landing
from open311_etl.model import LandedPage, Outcome, Verdict, Window
from open311_etl.sandbox import City
from open311_etl.warehouse import Connection, warehouse

SOURCE = Source.model_validate({"name": "springfield", "url": "http://localhost/"})
SHARED = Path(os.environ.get("OPEN311_SHARED", Path(__file__).parents[3] / "shared"))
LARGEST = 60_000
AT_ONCE = 50
"""Bodies that one transaction loads: one that is damaged must not cost another its rows."""

PIECES = [
    *(b"", b"\0", b"\xff", b"\xef\xbb\xbf", b'"', b"\\", b"\\ud800", b"\\u0000", b"1e999", b"NaN"),
    *(b"[", b"]", b"{", b"}", b",", b"null", b'{"a":1,"a":2},', b"[" * 70 + b"1" + b"]" * 70),
    *(b"<", b">", b"&", b"&#0;", b"</request>", b"<request/>", b"<!DOCTYPE x>", b"]]>", b"\r\n"),
    *(b"{},", b'"service_request_id":7,', b"-", b"0", b"9" * 5000, b'"id":', b"../../x", b"'; --"),
]


@dataclass
class Fuzzed:
    """What the bodies came to: ``refused`` are no GeoReport any more, ``became`` counts entries."""

    bodies: int = 0
    refused: int = 0
    entries: int = 0
    lost: int = 0
    became: Counter[str] = field(default_factory=Counter)


def fuzz(place: Path, bodies: int, seed: int = 311) -> Fuzzed:
    """Damage bodies, load them beside sound ones, and count what became of their entries."""
    draw = random.Random(seed)
    done = Fuzzed()
    seeds = _seeds()
    landing = Landing(place / "landing", SOURCE.name)
    with warehouse(place / "open311.duckdb") as con:
        while done.bodies < bodies:
            sound = f"sound-{done.bodies}"
            pages = [json.dumps([{"service_request_id": sound}]).encode()]
            while len(pages) < AT_ONCE and done.bodies < bodies:
                body = damage(draw.choice(seeds), draw)
                done.bodies += 1
                try:
                    decode.look(body)
                except BadBody:
                    done.refused += 1
                    continue
                pages.append(body)
            _load(con, landing, pages, done)
            stored = con.execute(
                "SELECT count(*) FROM service_requests WHERE service_request_id = $id",
                {"id": sound},
            ).fetchone()
            done.lost += stored != (1,)
    return done


def damage(body: bytes, draw: random.Random) -> bytes:
    """Give a body with some bytes flipped, pieces put in or taken out, or its end cut off."""
    damaged = bytearray(body)
    for _ in range(draw.randint(1, 4)):
        at = draw.randint(0, len(damaged))
        match draw.choice(["flip", "put", "take", "cut", "put", "flip"]):
            case "flip":
                damaged[at : at + 1] = bytes([draw.randint(0, 255)])
            case "put":
                damaged[at:at] = draw.choice(PIECES)
            case "take":
                del damaged[at : at + draw.randint(1, 40)]
            case _:
                del damaged[at:]
    return bytes(damaged)


def outcome_of(landing: Landing, pages: list[bytes], name: str) -> Outcome:
    """Land bodies as the pages of one reading, as a walk would."""
    now = datetime(2026, 3, 2, tzinfo=UTC)
    landed = []
    for number, body in enumerate(pages, 1):
        look = decode.look(body)
        landed.append(
            LandedPage(
                sha256=landing.put(body),
                url="http://localhost/requests.json",
                number=number,
                fetched_at=now,
                seconds=0.0,
                attempts=1,
                bytes=len(body),
                records=len(look.entries),
                plain=look.plain,
            )
        )
    entries = sum(page.records for page in landed)
    return Outcome(
        id=name,
        run_id="fuzz",
        source=SOURCE.name,
        kind="window",
        window=Window(now - timedelta(days=1), now),
        verdict=Verdict.PROVEN,
        reason="",
        pages=tuple(landed),
        records=entries,
        ids=0,
        pending=0,
        requests=len(landed),
        started_at=now,
        ended_at=now,
    )


def _load(con: Connection, landing: Landing, pages: list[bytes], done: Fuzzed) -> None:
    outcome = outcome_of(landing, pages, f"reading-{done.bodies}")
    report = load.load(con, [outcome], SOURCE, landing)
    kinds: dict[str, Any] = {name: getattr(report, name) for name in report.__slots__}
    entries = kinds.pop("records")
    done.entries += outcome.records
    done.became.update(kinds)
    done.lost += abs(outcome.records - sum(kinds.values())) + abs(entries - outcome.records)


def _is_list(body: bytes) -> bool:
    try:
        return len(body) < LARGEST and bool(decode.look(body).entries)
    except BadBody:
        return False


def _seeds() -> list[bytes]:
    """Give captured bodies of real servers where they are at hand, and some of the sandbox's."""
    files = [file for kind in ("json", "xml") for file in SHARED.glob(f"fixtures/*/*.{kind}")]
    bodies = [body for file in sorted(files) if _is_list(body := file.read_bytes())]
    city = City(60, days=3)
    entries = [entry.json(extensions=True) for entry in city.listing(city.clock.seconds).entries]
    return [*bodies, *(b"[" + b",".join(entries[at : at + 5]) + b"]" for at in range(0, 50, 5))]
