"""Ward shapes of the user's: a GeoJSON file, checked, thinned to what a map of this size shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from open311_etl.errors import UsageError

_DIGITS = 4
"""Decimals kept of a degree: 11 m, less than a pixel of a city's map."""

_NAMES = ("ward", "ward_id", "ward_num", "ward_number", "district", "dist", "name", "id")
"""Properties that are tried in this order where none is given, in any case of letters."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """The wards of one source: ``document`` is ``[{"ward": name, "rings": [[[x, y], ...], ...]}]``.

    Rings need no direction: the page draws them flat, by the even-odd rule, because spherical
    projections fill all but the ward where a ring runs the other way round (RFC 7946, 3.1.6).
    """

    document: list[dict[str, Any]]

    @classmethod
    def read(cls, file: Path, name: str | None = None) -> Shapes:
        """Read the polygons of a GeoJSON file (RFC 7946), named by the property ``name``.

        Raises UsageError where it is none, or has no such property.
        """
        try:
            found = json.loads(file.read_text(encoding="utf-8-sig"))
            features = found["features"]
            properties = [each["properties"] or {} for each in features]
            key = name or _name(file, properties)
            shapes = [
                {"ward": _text(has[key]), "rings": _rings(each["geometry"])}
                for each, has in zip(features, properties, strict=True)
            ]
        except OSError as error:
            raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
        except KeyError as error:
            raise UsageError(
                f"{file}: no FeatureCollection whose features all have {error}; "
                "name the property that holds the ward with --ward-name"
            ) from None
        except (ValueError, TypeError, AttributeError) as error:
            raise UsageError(f"{file}: no GeoJSON of polygons: {error}") from None
        return cls([each for each in shapes if each["rings"]])


def _name(file: Path, properties: list[dict[str, Any]]) -> str:
    """Give the property that names the wards: a usual name with a value of its own in each."""
    for wanted in _NAMES:
        for key in properties[0] if properties else ():
            values = {str(each.get(key)) for each in properties}
            if key.lower() == wanted and len(values) == len(properties):
                return key
    known = ", ".join(properties[0]) if properties else "none"
    raise UsageError(
        f"{file}: which property names the ward? Say so with --ward-name; there are: {known}"
    )


def _text(ward: object) -> str:
    """Give a ward as requests have it: 12, also where it is 12.0 or "12"."""
    return str(int(ward)) if isinstance(ward, float) and ward.is_integer() else str(ward).strip()


def _rings(geometry: dict[str, Any] | None) -> list[list[list[float]]]:
    if geometry is None:
        return []
    kind, parts = geometry["type"], geometry["coordinates"]
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"a {kind} is no ward")
    if kind == "Polygon":
        parts = [parts]
    return [ring for part in parts for ring in map(_thinned, part) if len(ring) > 3]


def _thinned(ring: list[list[float]]) -> list[list[float]]:
    points = [[round(x, _DIGITS), round(y, _DIGITS)] for x, y, *_ in ring]
    return [point for at, point in enumerate(points) if not at or point != points[at - 1]]
