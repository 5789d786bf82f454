"""Captured records of a real server, served again: each line is an entry of its own."""

from __future__ import annotations

import gzip
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from open311_etl.errors import UsageError
from open311_etl.sandbox.clock import Clock, seconds_of, stamp
from open311_etl.sandbox.entry import Entry, Record, write_xml
from open311_etl.sandbox.listing import Listing
from open311_etl.sandbox.question import Refusal
from open311_etl.sandbox.services import Service

_GZIP = b"\x1f\x8b"
_decode = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(slots=True, eq=False)
class CapturedEntry:
    """One captured line: its bytes are served as they are, with or without extensions.

    ``known`` is when the capture could have seen it: the later of its two times.
    """

    id: str | None
    token: str | None
    code: str
    name: str
    status: str
    requested: int
    updated: int
    line: bytes

    @property
    def known(self) -> int:
        return max(self.requested, self.updated)

    def record(self, *, extensions: bool = True) -> Record:  # noqa: ARG002 - as it was captured
        return _decode(self.line)

    def json(self, *, extensions: bool) -> bytes:  # noqa: ARG002
        return self.line

    def xml(self, *, extensions: bool) -> bytes:
        return write_xml(self.record(extensions=extensions))


class Replay:
    """Records from files of one JSON record a line, plain or gzipped.

    Duplicates of an id are entries of their own; by id the newest state is given. A row without a
    readable ``requested_datetime`` counts as requested when the newest record was, so that it is in
    just those windows that hold that moment; one without ``updated_datetime`` as updated when
    requested. The clock stands at the newest time of all; set back, it hides what is newer.

    Raises UsageError for a file that cannot be read or a line that is no JSON object.
    """

    name = "a replay of captured records"

    def __init__(
        self,
        files: Sequence[Path | str],
        *,
        jurisdiction_id: str = "",
        zone: str = "UTC",
        now: datetime | None = None,
    ) -> None:
        self.jurisdiction_id, self.zone = jurisdiction_id, ZoneInfo(zone)
        self._entries = [entry for file in files for entry in _read(Path(file))]
        newest = max((entry.requested for entry in self._entries), default=0)
        for entry in self._entries:
            entry.requested = entry.requested or newest
            entry.updated = entry.updated or entry.requested
        self._known = sorted(entry.known for entry in self._entries)
        self.clock = Clock(now or datetime.fromtimestamp(max(self._known, default=0), UTC))
        self.services = _services(self._entries)
        self._codes = {service.code: service for service in self.services}
        self._listings: dict[int, Listing] = {}

    def twin(self) -> Replay:
        """Give the test environment: nothing can be posted, so it is the same one."""
        return self

    def set_clock(self, now: datetime, *, running: bool = False) -> None:
        """Put the clock to a moment, forward or back."""
        self.clock.set(now, running=running)

    def service(self, code: str) -> Service | None:
        return self._codes.get(code)

    def truth(self, at: datetime | None = None, *, extensions: bool = True) -> Iterator[Record]:
        """Give each captured record that lists hold at a moment, now if not given."""
        for entry in self.listing(self.clock.seconds if at is None else stamp(at)).entries:
            yield entry.record(extensions=extensions)

    def listing(self, at: int) -> Listing:
        """Give what lists hold at a moment, rows with equal times in the order of the files."""
        count = bisect_right(self._known, at)
        if count not in self._listings:
            shown = (entry for entry in self._entries if entry.known <= at)
            self._listings = {count: Listing(shown)}
        return self._listings[count]

    def by_id(self, request_id: str, at: int) -> Entry | None:
        """Give the newest state of an id."""
        return self.listing(at).newest(request_id)

    def by_token(self, token: str, at: int) -> Entry | None:
        """Give the newest state of a token."""
        return next((each for each in self.listing(at).entries if each.token == token), None)

    def post(self, service: Service, given: dict[str, Any]) -> str:  # noqa: ARG002
        raise Refusal(403, "these are captured records; nothing can be posted")

    def drift(self, *_: object) -> None:
        raise _unchanging("drift_every")

    def vanish(self, *_: object) -> None:
        raise _unchanging("vanishing")

    def moderate(self, *_: object) -> None:
        raise _unchanging("moderated")


def _unchanging(fault: str) -> UsageError:
    return UsageError(f'fault "{fault}" needs a seeded city: captured records do not change')


def _read(file: Path) -> Iterator[CapturedEntry]:
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        try:
            record = _decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UsageError(f"{file}, line {number}: not a JSON record: {error}") from None
        yield CapturedEntry(
            _name(record.get("service_request_id")) or None,
            _name(record.get("token")) or None,
            _name(record.get("service_code")),
            _name(record.get("service_name")),
            _name(record.get("status")).lower(),
            _moment(record.get("requested_datetime")),
            _moment(record.get("updated_datetime")),
            line.strip(),
        )


def _lines(file: Path) -> Iterable[bytes]:
    try:
        body = file.read_bytes()
        if body.startswith(_GZIP):
            body = gzip.decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from None
    return body.split(b"\n")


def _services(entries: Sequence[CapturedEntry]) -> tuple[Service, ...]:
    """Give the services that the records name, each by its newest name."""
    newest = sorted(entries, key=lambda entry: entry.updated)
    names = {entry.code: entry.name for entry in newest if entry.code}
    return tuple(Service(code, name, "", "", "", "batch") for code, name in sorted(names.items()))


def _name(value: object) -> str:
    return "" if value is None else str(value)


def _moment(value: object) -> int:
    """Give seconds since 1970, 0 for what is no time."""
    try:
        return seconds_of(value) if isinstance(value, str) else 0
    except ValueError:
        return 0
