"""All ways in which a sandbox can differ from a well-behaved server, alone and together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from open311_etl.errors import UsageError
from open311_etl.sandbox import options
from open311_etl.sandbox.access import Access
from open311_etl.sandbox.changes import Changes
from open311_etl.sandbox.damage import DAMAGES, Damage
from open311_etl.sandbox.dialect import Dialect
from open311_etl.sandbox.envelope import Envelope
from open311_etl.sandbox.filters import Filters
from open311_etl.sandbox.paging import Paging
from open311_etl.sandbox.poison import Poison
from open311_etl.sandbox.weather import STORMS, Weather


@dataclass(frozen=True)
class Character(Damage, Weather, Envelope, Dialect, Access, Poison, Changes, Filters, Paging):
    """How a sandbox behaves: Chicago's ways by default, any mixture of faults by option.

    Every field is documented in ``Character.options()``. Raises UsageError for a value that a field
    does not take.
    """

    def __post_init__(self) -> None:
        options.check(self)
        for pair in self.rename:
            if ":" not in pair:
                raise UsageError(f'fault "rename" takes pairs such as address:place, not {pair!r}')

    @classmethod
    def parse(cls, given: Sequence[str]) -> Self:
        """Make a character of texts such as ``row_cap=1000``; a bare name is true, or always.

        Raises UsageError naming the option and what it takes, or the nearest known name.
        """
        return options.parse(cls, given)

    @classmethod
    def options(cls) -> list[options.Option]:
        """Give every option with what it takes, its default, and one line on what it does."""
        return options.table(cls)


FAULTS = (*STORMS, *DAMAGES)
"""Names of the faults that are drawn anew for each call."""
WELL_BEHAVED = Character()
