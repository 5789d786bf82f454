"""Where things are in Springfield: streets, house numbers, coordinates, wards, districts, zips."""

from __future__ import annotations

BBOX = (-89.80, 39.66, -89.50, 39.90)
"""West, south, east, north of the city; every true coordinate is inside."""

_TREES = (
    "Alder", "Apple", "Ash", "Aspen", "Beech", "Birch", "Cedar", "Cherry", "Chestnut",
    "Cypress", "Dogwood", "Elder", "Elm", "Fir", "Hawthorn", "Hazel", "Hemlock", "Hickory",
    "Holly", "Juniper", "Larch", "Laurel", "Linden", "Locust", "Magnolia", "Maple",
    "Mulberry", "Oak", "Olive", "Pear", "Pecan", "Pine", "Plum", "Poplar", "Redwood", "Rowan",
    "Spruce", "Sumac", "Sycamore", "Walnut", "Willow", "Yew",
)  # fmt: skip
_KINDS = ("St", "Ave", "Blvd", "Pl", "Dr")
_GRID = 0.002
WARDS, DISTRICTS = 50, 22


def place(along: float, across: float, street: float) -> dict[str, object]:
    """Give address, zipcode, coordinates, ward and district for three draws in [0, 1)."""
    west, south, east, north = BBOX
    name = _TREES[int(street * len(_TREES))]
    kind = _KINDS[int(across * 997) % len(_KINDS)]
    upright = int(street * 8_191) % 2
    lat = south + 0.005 + across * (north - south - 0.01)
    long = west + 0.005 + along * (east - west - 0.01)
    if upright:
        long = round(long / _GRID) * _GRID
        side, number = ("N" if lat > 39.78 else "S"), int(abs(lat - 39.78) * 50_000) + 1
    else:
        lat = round(lat / _GRID) * _GRID
        side, number = ("E" if long > -89.65 else "W"), int(abs(long + 89.65) * 50_000) + 1
    ward = 1 + int(along * 10) + 10 * int(across * 5)
    return {
        "address": f"{number} {side} {name} {kind}, Springfield",
        "zipcode": f"627{int(along * 6) * 5 + int(across * 5) + 1:02}",
        "lat": lat,
        "long": long,
        "ward": str(ward),
        "police_district": str(1 + ward * 7 % DISTRICTS),
    }


def within(lat: float, long: float) -> dict[str, object]:
    """Give zipcode, ward and district of a coordinate, the nearest ones outside the city."""
    west, south, east, north = BBOX
    found = place(_share(long, west, east), _share(lat, south, north), 0.0)
    return {key: found[key] for key in ("zipcode", "ward", "police_district")}


def _share(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 0.999)
