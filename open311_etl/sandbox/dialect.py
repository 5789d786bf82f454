"""How a server words its records: names, types, times, coordinates, and how it says nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from open311_etl.sandbox import wording
from open311_etl.sandbox.entry import Record


@dataclass(frozen=True)
class Dialect:
    """The ways of wording; by default Chicago's, which conform to the specification."""

    keys: Annotated[Literal["lower", "upper"], "case of all keys (Q-FLD-2)"] = "lower"
    rename: Annotated[
        tuple[str, ...],
        "keys under other names: address:address_string,status_notes:status_note (Q-FLD-2)",
    ] = ()
    ids: Annotated[Literal["text", "number"], "type of request ids in JSON (Q-ID-4)"] = "text"
    codes: Annotated[Literal["text", "number"], "type of service codes in JSON (Q-FLD-6)"] = "text"
    zipcodes: Annotated[Literal["text", "number"], "type of zip codes in JSON (Q-FLD-6)"] = "text"
    coordinates: Annotated[
        Literal["number", "text", "projected"],
        "lat and long; 'projected': feet on a State Plane (Q-GEO-1, Q-GEO-5)",
    ] = "number"
    nowhere: Annotated[
        Literal["null", "zero", "default"],
        "no coordinates as null island, or as a point in the sea (Q-GEO-2, Q-GEO-4)",
    ] = "null"
    times: Annotated[
        Literal["z", "offset", "naive", "milliseconds", "local-as-utc", "now-offset"],
        "form of times; 'now-offset': today's offset on all (Q-TIME-1 to 5)",
    ] = "z"
    updated: Annotated[
        Literal["exact", "minute", "closed-only"],
        "updated_datetime cut to the minute, or absent while open (Q-TIME-7, Q-TIME-9)",
    ] = "exact"
    status_case: Annotated[Literal["lower", "title", "upper"], "case of status (Q-STAT-1)"] = (
        "lower"
    )
    agency: Annotated[Literal["text", "object"], "type of agency_responsible (Q-FLD-4)"] = "text"
    media: Annotated[
        Literal["text", "list", "filename", "blank"],
        "media_url as a list of objects, a bare name, with a blank behind (Q-FLD-5)",
    ] = "text"
    nothing: Annotated[
        Literal["mixed", "absent", "null", "empty"],
        "how nothing is said, for all standard fields (Q-FLD-1)",
    ] = "mixed"
    scalars: Annotated[Literal["plain", "listed"], "each value in a list (Q-FMT-5)"] = "plain"
    personal: Annotated[
        Literal["none", "extensions", "always"],
        "names, mails and phones of citizens, all invented (Q-EXT-4)",
    ] = "none"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a wording may depend on beside the record."""

    now: int
    zone: ZoneInfo
    extensions: bool
    codes: Mapping[str, int]


def steps(ways: Dialect) -> tuple[wording.Step, ...]:
    """Give the changes that turn the city's record into this server's, in order."""
    made: list[wording.Step | None] = [
        _personal(ways),
        _changed("service_request_id", wording.number) if ways.ids == "number" else None,
        wording.number_parents if ways.ids == "number" else None,
        _coded if ways.codes == "number" else None,
        _changed("zipcode", wording.number) if ways.zipcodes == "number" else None,
        wording.NOWHERE.get(ways.nowhere),
        wording.COORDINATES.get(ways.coordinates),
        wording.UPDATED.get(ways.updated),
        _timed(ways.times) if ways.times != "z" else None,
        _changed("status", _CASES[ways.status_case]) if ways.status_case != "lower" else None,
        _changed("agency_responsible", _recipient) if ways.agency == "object" else None,
        _changed("media_url", wording.MEDIA[ways.media]) if ways.media != "text" else None,
        wording.NOTHING.get(ways.nothing),
        _renamed(ways.rename) if ways.rename else None,
    ]
    return tuple(step for step in made if step)


def document_steps(ways: Dialect) -> tuple[Callable[[Any], Any], ...]:
    """Give the changes that all of this server's documents undergo, records or not."""
    upper = (wording.upper_keys,) if ways.keys == "upper" else ()
    return (*upper, wording.listed_scalars) if ways.scalars == "listed" else upper


_CASES: dict[str, Callable[[str], str]] = {"title": str.title, "upper": str.upper}


def _changed(key: str, change: Callable[[Any], Any]) -> wording.Step:
    def step(record: Record, _: Scene) -> Record:
        if record.get(key) is not None:
            record[key] = change(record[key])
        return record

    return step


def _recipient(agency: str) -> dict[str, list[str]]:
    return {"recipient": [agency]}


def _coded(record: Record, scene: Scene) -> Record:
    if record.get("service_code") in scene.codes:
        record["service_code"] = scene.codes[record["service_code"]]
    return record


def _timed(form: str) -> wording.Step:
    write = wording.TIMES[form]

    def step(record: Record, scene: Scene) -> Record:
        for each in (record, *record.get("notes", ())):
            for key, value in each.items():
                if key.endswith("datetime") and isinstance(value, str):
                    with contextlib.suppress(ValueError):  # what was captured may be no time
                        each[key] = write(value, scene.now, scene.zone)
        return record

    return step


def _personal(ways: Dialect) -> wording.Step | None:
    if ways.personal == "none":
        return None

    def step(record: Record, scene: Scene) -> Record:
        if scene.extensions or ways.personal == "always":
            record.update(wording.person(record))
        return record

    return step


def _renamed(pairs: tuple[str, ...]) -> wording.Step:
    names = dict(pair.split(":", 1) for pair in pairs)

    def step(record: Record, _: Scene) -> Record:
        return {names.get(key, key): value for key, value in record.items()}

    return step
