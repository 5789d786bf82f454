"""A character is read from texts, documents itself, and refuses what it does not take."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from open311_etl.errors import UsageError
from open311_etl.sandbox import LIVE_KEY, Character, City
from open311_etl.sandbox.environment import read_call
from open311_etl.sandbox.georeport import GeoReport
from open311_etl.sandbox.listing import Choice

SMALL = City(60, days=5)


def values(hint: Any) -> st.SearchStrategy[Any]:
    kind, *about = get_args(hint)
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if kind is bool:
        return st.booleans()
    if get_origin(kind) is tuple or kind is str:
        return st.nothing()
    least, most = about[0] if isinstance(about[0], tuple) else (0, 6)
    return st.integers(least, min(most, 6))


def characters() -> st.SearchStrategy[Character]:
    hints = get_type_hints(Character, include_extras=True)
    given = {each.name: values(hints[each.name]) for each in fields(Character)}
    sound = {name: each for name, each in given.items() if not each.is_empty}
    return st.fixed_dictionaries({}, optional=sound).map(lambda ways: Character(**ways))


def test_texts_become_options_of_the_right_type() -> None:
    given = [
        "row-cap=1000",
        "wrapped",
        "reset",
        "etags=no",
        "bom=0.5",
        "first_page=0",
        "order=random",
    ]
    assert Character.parse([*given, "poison_ids=a, b", "beyond=404"]) == Character(
        row_cap=1_000,
        wrapped=True,
        reset=1,
        etags=False,
        bom=0.5,
        first_page=0,
        order="random",
        poison_ids=("a", "b"),
        beyond="404",
    )
    assert Character.parse([]) == Character()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("rowcap=5", 'unknown fault "rowcap"; did you mean "row_cap"?'),
        ("=5", 'unknown fault ""'),
        ("row_cap=many", "takes a whole number from 0, not 'many'"),
        ("row_cap=-1", "takes a whole number from 0, not -1"),
        ("bom=1.5", "takes a number from 0 to 1, not 1.5"),
        ("order=up", "takes updated-desc | requested-desc | requested-asc | random, not 'up'"),
        ("wrapped=perhaps", "takes true or false, not 'perhaps'"),
        ("rename=address", "takes pairs such as address:place, not 'address'"),
    ],
)
def test_what_an_option_does_not_take_is_a_usage_error_of_one_line(given: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        Character.parse([given])
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_values_are_checked_in_code_too() -> None:
    with pytest.raises(UsageError, match="bom"):
        Character(bom=2)


def test_every_option_documents_itself_in_a_line() -> None:
    options = Character.options()
    assert len(options) > 90
    assert len({option.name for option in options}) == len(options)
    for option in options:
        assert option.doc
        assert option.takes
        assert option.group
        assert "\n" not in option.doc
        assert len(option.doc) <= 90
    assert options[0].group == "Paging"


@settings(max_examples=80, deadline=None)
@given(
    character=characters(),
    path=st.sampled_from(
        ["requests", "requests/SR26-00100000", "services", "services/CODE", "tokens/x", "discovery"]
    ),
    written=st.sampled_from(["json", "xml"]),
    page=st.integers(-1, 9),
)
def test_all_ways_work_together(character: Character, path: str, written: str, page: int) -> None:
    report = GeoReport(City(60, days=5) if character.drift_every else SMALL, LIVE_KEY, character)
    path = path.replace("CODE", SMALL.services[0].code)
    params = {character.page_param: str(page), "extensions": "true", "end_date": "2026-01-05"}
    for _ in range(3):
        answer = report.answer(read_call(f"v2/{path}.{written}", params), {"endpoints": []})
        assert answer.body or answer.delivery == "hang"
    assert len(SMALL.listing(SMALL.clock.seconds).choose(Choice())) >= 58
