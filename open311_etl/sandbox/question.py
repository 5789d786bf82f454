"""What a call asks for: its parameters read the way Chicago reads them, or refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from open311_etl.sandbox.clock import DAY, seconds_of
from open311_etl.sandbox.listing import Choice

DEFAULT_SPAN = 90 * DAY
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

    @property
    def extensions(self) -> bool:
        return self.params.get("extensions", "").lower() == "true"

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

    def choice(self, now: int) -> Choice:
        """Give what a call for requests asks for.

        A list of ids overrides all else. Without any date the last 90 days are meant; with
        ``end_date`` alone the 90 days before it.
        """
        ids = self.listed("service_request_id")
        if ids is not None:
            return Choice(ids=ids)
        start, end = self.moment("start_date"), self.moment("end_date")
        after, before = self.moment("updated_after"), self.moment("updated_before")
        if start is None and after is None and before is None:
            start = (now if end is None else end) - DEFAULT_SPAN
        status = self.listed("status")
        return Choice(
            start,
            end,
            after,
            before,
            frozenset(each.lower() for each in status) if status else None,
            self.listed("service_code"),
        )
