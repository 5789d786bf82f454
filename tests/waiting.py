"""Waiting that takes no time, for what is about how long to wait."""

from __future__ import annotations

import asyncio


class Waits(list[float]):
    """Waits for nothing, and remembers for how long it should have."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)
        await asyncio.sleep(0)
