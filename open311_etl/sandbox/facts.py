"""What never changes in a request's life: where it is, how it came in, what was said."""

from __future__ import annotations

from typing import Any

from open311_etl.sandbox.draws import draws
from open311_etl.sandbox.plan import SELF_SERVED, channel
from open311_etl.sandbox.streets import place

_WORDS = (
    "Near the corner, for {} days now.",
    "It is {} weeks since I called \u2013 still not fixed; please hurry!",
    'The sign says "keep out" & nobody came.\r\nSecond line: {} of them.',
    "Beside the caf\u00e9 with {} tables | Side of street: left | Blocking: <yes>",
    "Asked {} times this year",
)


def draw_facts(seed: int, number: int) -> dict[str, Any]:
    """Give where a request is, how it came in and what was said: a pure function of its number."""
    draw = draws(seed, number)
    facts = place(draw[9], draw[10], draw[11])
    facts["channel"] = came = channel(draw[2])
    facts["description"] = facts["media_url"] = facts["address_id"] = None
    if came in SELF_SERVED:
        if draw[13] < 0.7:
            words = _WORDS[int(draw[13] * 997) % len(_WORDS)]
            facts["description"] = words.format(2 + int(draw[13] * 7))
        if draw[12] > 0.75:
            facts["media_url"] = f"https://media.springfield.example/photos/{number:08x}.jpg"
    if draw[14] < 0.3:
        facts["address_id"] = str(100_000 + int(draw[14] * 900_000))
    if draw[12] < 0.04:
        facts["lat"] = facts["long"] = None
    return facts
