"""A character is read from texts, documents itself, and refuses what it does not take."""

from __future__ import annotations

import pytest

from open311_etl.errors import UsageError
from open311_etl.sandbox import Character


def test_texts_become_options_of_the_right_type() -> None:
    given = ["row-cap=1000", "wrapped", "etags=no", "bom=0.5", "first_page=0", "order=random"]
    assert Character.parse([*given, "poison_ids=a, b", "beyond=404"]) == Character(
        row_cap=1_000,
        wrapped=True,
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
