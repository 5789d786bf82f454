"""Personal data leaves a body at any depth, and nothing else does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from captured import ABSENT, FIXTURES, captured
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from open311_etl import decode
from open311_etl.config import PERSONAL_FIELDS
from open311_etl.errors import BadBody

FIELDS = ("email", "first_name")
HIDDEN = ["email", "first_name", "EMAIL", "firstName", "First-Name", "e_mail", "first name"]
SHOWN = ["emails", "my_email", "name", "first", "status", "", 'an "email', "a\\", "_", "\u00e4"]

texts = st.sampled_from(
    ['"email": 1,', "a, b}", '\\"', "{[", "\n", "\u00e4\U0001f600", "email", ""]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | st.text()
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(HIDDEN + SHOWN), inner, max_size=5)
    ),
    max_leaves=25,
)


def without(value: Any) -> Any:
    """Give a value as it should be without what is personal, by the plainest way."""
    if isinstance(value, list):
        return [without(each) for each in value]
    if isinstance(value, dict):
        return {key: without(each) for key, each in value.items() if key not in HIDDEN}
    return value


@given(
    trees,
    st.sampled_from([None, 1, "\t"]),
    st.booleans(),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " \t: ")]),
)
@examples(deadline=None)
def test_no_named_key_is_left_at_any_depth_and_all_else_stays(
    tree: Any, indent: Any, ascii_only: bool, separators: tuple[str, str]
) -> None:
    """Q-EXT-4."""
    how = {"indent": indent, "ensure_ascii": ascii_only, "separators": separators}
    body = json.dumps([tree], **how).encode("utf-8", "surrogatepass")
    try:
        body.decode()
    except UnicodeDecodeError:
        return
    cut = decode.redact(body, FIELDS)
    assert json.loads(cut) == without([tree])
    assert (cut is body) == (without([tree]) == [tree])
    assert decode.redact(cut, FIELDS) is cut


def test_every_other_character_stays() -> None:
    body = (
        rb'[ {"a": 1.50, "email":"x", "b":[1e400, {"Email" : {"c":[1,2]} } ]  } , {"a":"\u00e4"} ]'
    )
    assert decode.redact(body, FIELDS) == (
        rb'[ {"a": 1.50,  "b":[1e400, {} ]  } , {"a":"\u00e4"} ]'
    )


@pytest.mark.parametrize("at", ["first", "middle", "last", "only", "all"])
def test_commas_are_right_wherever_the_key_stood(at: str) -> None:
    bodies = {
        "first": (b'{"email":1,"a":2}', b'{"a":2}'),
        "middle": (b'{"a":2,"email":1,"b":3}', b'{"a":2,"b":3}'),
        "last": (b'{"a":2,"email":1}', b'{"a":2}'),
        "only": (b'[{"email":1},{"email":2}]', b"[{},{}]"),
        "all": (b'{"a":2, "email":1 , "first_name":null}', b'{"a":2}'),
    }
    body, meant = bodies[at]
    assert decode.redact(body, FIELDS) == meant


def test_keys_hidden_behind_escapes_are_found() -> None:
    body = rb'{"\u0065mail":"x","first\u005Fname":"y","a":"\\u0041 \u0041 \u005c"}'
    assert json.loads(decode.redact(body, FIELDS)) == json.loads(rb'{"a":"\\u0041 \u0041 \u005c"}')


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32-be", "latin-1"])
def test_other_encodings_are_searched_too(encoding: str) -> None:
    body = '{"email":"x","a":"\u00e4"}'.encode(encoding)
    assert decode.redact(body, FIELDS) == '{"a":"\u00e4"}'.encode()
    clean = '{"a":"\u00e4"}'.encode(encoding)
    assert decode.redact(clean, FIELDS) is clean


def test_jsonp_is_searched_too() -> None:
    assert decode.redact(b'cb([{"email":"x","a":1}]);', FIELDS) == b'cb([{"a":1}]);'


def test_names_outside_ascii_are_found() -> None:
    assert decode.redact('{"Stra\u00dfe":1,"b":2}'.encode(), ["Stra\u00dfe"]) == b'{"b":2}'


def test_elements_and_attributes_of_xml_go_and_the_text_behind_them_stays() -> None:
    body = (
        b'<r xmlns:m="u"><request><email>x<b/></email><m:first_name>y</m:first_name><a>1</a> t'
        b'<Email/> u <n k="1" email="z">\xc3\xa4</n></request></r>'
    )
    assert decode.redact(body, FIELDS).partition(b"\n")[2] == (
        b'<r xmlns:m="u"><request><a>1</a> t u <n k="1">\xc3\xa4</n></request></r>'
    )
    kept = b"<r><a>my email: x</a><emails/></r>"
    assert decode.redact(kept, FIELDS) is kept


@pytest.mark.parametrize(
    "body", [b'[{"email":"x', b'{"email":{"a":}}', b"<r><email>x</r>", b'{"email":' + b"[" * 9999]
)
def test_a_broken_body_with_personal_data_is_not_passed_on(body: bytes) -> None:
    with pytest.raises(BadBody):
        decode.redact(body, FIELDS)


def test_without_names_or_without_hits_the_body_is_the_same_object() -> None:
    for body in (b'{"email":1}', b"", b"<a/>", b"nothing"):
        assert decode.redact(body, ()) is body
    for body in (b'{"a":"email"}', b'{"my_email":1}', b"", b"<html>", b"[1]", b'{"a":"\\u0041"}'):
        assert decode.redact(body, FIELDS) is body


@pytest.mark.parametrize("file", captured("*/*.json", "*/*.xml"), ids=lambda file: file.name)
def test_captured_pages_without_personal_keys_stay_untouched(file: Path) -> None:
    body = file.read_bytes()
    personal = {
        "derived-ngsi-2014-1.json",
        "ruby-gem-post_service_request.xml",
    }  # phone, account_id
    assert (decode.redact(body, PERSONAL_FIELDS) is not body) == (file.name in personal)


def test_a_plain_page_stays_plain_when_names_are_cut() -> None:
    if not FIXTURES.is_dir():
        pytest.skip(ABSENT)
    body = (FIXTURES / "chicago/requests-2012-extensions-1.json").read_bytes()
    before, after = (
        decode.look(body),
        decode.look(decode.redact(body, ["notes", "ward", "address"])),
    )
    assert after == before
    assert after.plain
