"""Chance that can be looked up: numbers that depend on nothing but the seed and what they are for.

A request's whole life comes from one hash of (seed, number), so it is the same in whatever order,
process or version of Python it is asked for.
"""

from __future__ import annotations

import struct
from hashlib import blake2b
from math import exp
from statistics import NormalDist

_WORDS = struct.Struct("<16I")
_KEY = struct.Struct("<qq")
_SCALE = 2.0**-32


def draws(seed: int, number: int) -> list[float]:
    """Give sixteen numbers in [0, 1) for the request of that number."""
    digest = blake2b(_KEY.pack(seed, number), digest_size=64).digest()
    return list(map(_SCALE.__mul__, _WORDS.unpack(digest)))


def chance(seed: int, *about: object) -> float:
    """Give one number in [0, 1) for anything that can be named."""
    return int.from_bytes(_hash(seed, about, 4), "little") * _SCALE


def hex_code(seed: int, *about: object) -> str:
    """Give 24 hex digits, the shape of Chicago's service codes and tokens (Q-ID-3)."""
    return _hash(seed, about, 12).hex()


def _hash(seed: int, about: tuple[object, ...], size: int) -> bytes:
    return blake2b(repr((seed, *about)).encode(), digest_size=size).digest()


SPREAD = tuple(exp(1.1 * NormalDist().inv_cdf((step + 0.5) / 1024)) for step in range(1024))
"""Factors of a median duration, log-normal: from 1/30 of it to 30 times as long."""


def spread(draw: float) -> float:
    """Turn a draw into a factor of a median duration."""
    return SPREAD[int(draw * 1024)]
