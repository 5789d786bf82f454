"""A window as it was read: what its walks brought, and what speaks against them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from open311_etl.model import Window
from open311_etl.walk import Walk


@dataclass
class Reading:
    """A window as read so far, by one walk, or by more where rows moved."""

    window: Window
    kind: str
    started_at: datetime
    walks: list[Walk]

    @property
    def last(self) -> Walk:
        return self.walks[-1]

    @property
    def drifting(self) -> bool:
        """True where an id stood on two pages, unless the walk before met the very same list: then
        the server lists a request twice (Q-ID-6), and nothing moves."""
        if self.last.repeats == 0:
            return False
        return len(self.walks) < 2 or self.walks[-2].signatures != self.last.signatures

    @property
    def whole(self) -> bool:
        return self.last.whole

    @property
    def holes(self) -> bool:
        return bool(self.last.holes)

    @property
    def rows(self) -> int:
        return self.last.rows

    @property
    def ids(self) -> set[str]:
        return {each for walk in self.walks for each in walk.ids}

    @property
    def unreadable(self) -> str:
        """The smallest piece that could not be read, and what the server said of it."""
        walk = self.last
        if not walk.holes:
            return str(walk.sickness)
        numbers = ", ".join(str(each + 1) for each in walk.holes[:5])
        more = "" if len(walk.holes) <= 5 else f" and {len(walk.holes) - 5} more"
        return (
            f"{len(walk.holes)} of {walk.rows + len(walk.holes)} records cannot be read, "
            f"number {numbers}{more} in the server's order: {walk.sickness}"
        )
