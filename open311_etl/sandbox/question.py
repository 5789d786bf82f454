"""What a call asks for: its parameters read the way Chicago reads them, or refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from open311_etl.sandbox.clock import seconds_of

_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?)?")


class Refusal(Exception):
    """The server says no: a GeoReport error body with this status and description."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status, self.description = status, description


@dataclass(frozen=True, slots=True)
class Call:
    """One call: ``name`` is the first part of its path, ``ref`` the id, code or token."""

    name: str
    ref: str
    format: str
    params: Mapping[str, str]

    def number(self, name: str, default: int) -> int:
        """Give a whole number from a parameter; refuses what is none with 400."""
        given = self.params.get(name, "")
        if not given:
            return default
        try:
            return int(given)
        except ValueError:
            raise Refusal(400, f"{name} must be a whole number, not {given!r}") from None

    def moment(self, name: str) -> int | None:
        """Give seconds since 1970 from a parameter, ``None`` if it is absent.

        Fractions of a second are refused, as Chicago does (Q-DATE-4); no offset means UTC.
        """
        given = self.params.get(name, "")
        if not given:
            return None
        try:
            if not _TIME.fullmatch(given):
                raise ValueError(given)
            return seconds_of(given)
        except ValueError:
            raise Refusal(
                400, f"{name} must be a time such as 2026-01-31T06:00:00Z, not {given!r}"
            ) from None

    def listed(self, name: str) -> frozenset[str] | None:
        """Give the members of a comma list, ``None`` if it is absent."""
        given = self.params.get(name, "")
        return frozenset(part.strip() for part in given.split(",")) if given else None
