"""The attributes that service definitions ask for: all GeoReport datatypes, some with values."""

from __future__ import annotations

from open311_etl.sandbox.draws import chance

_YES_NO = {"YES": "Yes", "NO": "No", "UNKNOWN": "Don't know"}

_POOL: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    # code, datatype, what is asked, values
    ("WHEREIS", "singlevaluelist", "Where is it?",
     {"STREET": "Street", "ALLEY": "Alley", "SIDEWALK": "Sidewalk", "YARD": "Yard & garden"}),
    ("HAZARD", "singlevaluelist", "Is it a hazard?", _YES_NO),
    ("SURFACE", "multivaluelist", "What is it made of?",
     {"BRICK": "Brick", "METAL": "Metal", "WOOD": "Wood", "OTHER": "Other/unknown"}),
    ("WHICHDAY", "multivaluelist", "On which days does it happen?",
     {"WORKDAY": "Monday to Friday", "WEEKEND": "Saturday, Sunday"}),
    ("HOWMANY", "number", "How many are there?", {}),
    ("SINCE", "datetime", "Since when?", {}),
    ("MARK", "string", "Colour, number or mark", {}),
    ("DETAIL", "text", "What else should the crew know?", {}),
)  # fmt: skip


def ask(seed: int, name: str) -> tuple[dict[str, object], ...]:
    """Give the attributes of a service's definition: one to five, the first may be required."""
    count = 1 + int(5 * chance(seed, name, "questions"))
    ranked = sorted(range(len(_POOL)), key=lambda place: chance(seed, name, "question", place))
    asked = [_attribute(order, *_POOL[place]) for order, place in enumerate(ranked[:count], 1)]
    asked[0]["required"] = chance(seed, name, "required") < 0.4
    if chance(seed, name, "note") < 0.3:
        asked.append(_remark(len(asked) + 1))
    return tuple(asked)


def _attribute(
    order: int, code: str, datatype: str, description: str, values: dict[str, str]
) -> dict[str, object]:
    asked: dict[str, object] = {
        "variable": True,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": "Choose from the list." if values else "",
        "order": order,
        "description": description,
    }
    if values:
        asked["values"] = [{"key": key, "name": name} for key, name in values.items()]
    return asked


def _remark(order: int) -> dict[str, object]:
    """Something that is only told, not asked: ``variable`` is false."""
    return {
        "variable": False,
        "code": "NOTICE",
        "datatype": "text",
        "required": False,
        "datatype_description": "",
        "order": order,
        "description": "A crew comes on a working day; nobody needs to be at home.",
    }
