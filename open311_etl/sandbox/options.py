"""Options that document themselves: fields of a frozen dataclass, read from ``name=value``.

A field's type is ``Annotated[type, "what it does"]``; its last text is its documentation.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from inspect import get_annotations
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from open311_etl.errors import UsageError

T = TypeVar("T")
_ANY = 10**9
Rate = Annotated[float, (0, 1)]
"""A share of calls or things, from 0 (never) to 1 (always)."""
Count = Annotated[int, (0, _ANY)]
Size = Annotated[int, (1, _ANY)]
Amount = Annotated[float, (0, _ANY)]
_WORDS = {"true": True, "yes": True, "on": True, "1": True} | {
    "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One option, for a help text: what it takes, what it is without, what it does.

    ``group`` is the name of the dataclass that declares it, such as Paging.
    """

    group: str
    name: str
    takes: str
    default: str
    doc: str


def table(kind: type[Any]) -> list[Option]:
    """Give all options of a dataclass, in order."""
    hints = _hints(kind)
    return [
        Option(
            _declarer(kind, each.name),
            each.name,
            _takes(hints[each.name]),
            _shown(each),
            hints[each.name].__metadata__[-1],
        )
        for each in fields(kind)
    ]


def parse(kind: type[T], given: Sequence[str]) -> T:
    """Make a dataclass of options from texts such as ``row_cap=1000``.

    A bare name is ``name=1``: true, or always. Raises UsageError for an unknown name (with the
    nearest known one) or an impossible value.
    """
    hints = _hints(kind)
    read: dict[str, Any] = {}
    for each in given:
        name, equals, value = each.partition("=")
        name = name.strip().replace("-", "_")
        if name not in hints:
            near = difflib.get_close_matches(name, hints, n=1, cutoff=0.5)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise UsageError(
                f'unknown fault "{name}"{hint} ("open311-etl sandbox --help" lists all)'
            )
        try:
            read[name] = _reader(hints[name])(value.strip() if equals else "1")
        except (ValueError, KeyError):
            raise UsageError(f'fault "{name}" takes {_takes(hints[name])}, not {value!r}') from None
    return kind(**read)


def check(options: object) -> None:
    """Raise UsageError where a value is not one that its option takes."""
    for name, hint in _hints(type(options)).items():
        value, kind, bounds = getattr(options, name), get_args(hint)[0], _bounds(hint)
        sound = value in get_args(kind) if get_origin(kind) is Literal else True
        if bounds:
            sound = bounds[0] <= value <= bounds[1]
        if not sound:
            raise UsageError(f'fault "{name}" takes {_takes(hint)}, not {value!r}')


def _read_hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


_hints: Callable[[Any], dict[str, Any]] = cache(_read_hints)


def _declarer(kind: type[Any], name: str) -> str:
    return next(each.__name__ for each in kind.__mro__ if name in get_annotations(each))


def _bounds(hint: Any) -> tuple[float, float] | None:
    return next((each for each in get_args(hint) if isinstance(each, tuple)), None)


def _reader(hint: Any) -> Callable[[str], Any]:
    kind = get_args(hint)[0]
    if get_origin(kind) is Literal:
        return {str(choice): choice for choice in get_args(kind)}.__getitem__
    if get_origin(kind) is tuple:
        return lambda text: tuple(part.strip() for part in text.split(",") if part.strip())
    if kind is bool:
        return lambda text: _WORDS[text.lower()]
    read: Callable[[str], Any] = kind
    return read


def _takes(hint: Any) -> str:
    kind, bounds = get_args(hint)[0], _bounds(hint)
    if get_origin(kind) is Literal:
        return " | ".join(str(choice) for choice in get_args(kind))
    if get_origin(kind) is tuple:
        return "a comma list"
    named = {bool: "true or false", int: "a whole number", float: "a number"}.get(kind, "text")
    if bounds:
        named += f" from {bounds[0]}" + (f" to {bounds[1]}" if bounds[1] < _ANY else "")
    return named


def _shown(each: Field[Any]) -> str:
    value = each.default
    if value is MISSING or value in ("", ()):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
