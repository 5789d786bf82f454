"""The page's way of unpacking columns, in Python, so that it can be tried with any numbers."""

from __future__ import annotations

import base64
import zlib
from itertools import accumulate


def unpacked(columns: dict[str, list[str]]) -> dict[str, list[int]]:
    return {name: _numbers(planes) for name, planes in columns.items()}


def walked(steps: list[int]) -> list[int]:
    """Give the numbers that steps lead to, one after another."""
    return list(accumulate(step // 2 if step % 2 == 0 else -(step + 1) // 2 for step in steps))


def _numbers(planes: list[str]) -> list[int]:
    bodies = [zlib.decompress(base64.b64decode(plane), -zlib.MAX_WBITS) for plane in planes]
    return [
        sum(byte * 256**at for at, byte in enumerate(value)) for value in zip(*bodies, strict=True)
    ]
