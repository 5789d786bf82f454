"""A posted request: checked, answered with a token, pending, then a request with an id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from open311_etl.sandbox import City, Server, serving

WAIT = timedelta(minutes=20)


@pytest.fixture
def server() -> Iterator[Server[City]]:
    with serving(City(50, token_delay=WAIT)) as running:
        yield running


def form(server: Server[City], **fields: str | list[str]) -> dict[str, Any]:
    service = next(each for each in server.city.services if not each.questions)
    given = {
        "api_key": server.key,
        "service_code": service.code,
        "lat": "39.75",
        "long": "-89.65",
        "description": "A hole.",
    }
    return {key: value for key, value in {**given, **fields}.items() if value}


def post(server: Server[City], **fields: str | list[str]) -> httpx.Response:
    return httpx.post(server.url + "requests.json", data=form(server, **fields))


def test_a_post_brings_a_token_then_an_id_then_the_request(server: Server[City]) -> None:
    assert len(httpx.get(server.url + "requests.json").json()) > 20
    answer = post(server, media_url="https://example.org/a.jpg")
    assert answer.status_code == 200
    ((token,),) = [list(each.values()) for each in answer.json()]
    assert answer.json() == [{"token": token}]
    asked = server.url + f"tokens/{token}.json"
    assert httpx.get(asked).json() == [{"token": token}]
    first = httpx.get(server.url + "requests.json").json()[0]
    assert first["token"] == token
    assert first["status"] == "submitted"
    assert "service_request_id" not in first

    server.city.set_clock(server.city.clock.now + WAIT)
    (found,) = httpx.get(asked).json()
    assert found["token"] == token
    path = server.url + f"requests/{found['service_request_id']}.json"
    (row,) = httpx.get(path, params={"extensions": "true"}).json()
    assert row["status"] == "open"
    assert row["description"] == "A hole."
    assert row["media_url"] == "https://example.org/a.jpg"
    assert (row["lat"], row["long"]) == (39.75, -89.65)
    assert row["extended_attributes"]["channel"] == "open311"
    assert row in server.city.truth()


def test_live_and_test_keep_their_posts_apart(server: Server[City]) -> None:
    (sent,) = httpx.post(
        server.test_url + "requests.json", data=form(server, api_key=server.test_key)
    ).json()
    assert httpx.get(server.test_url + f"tokens/{sent['token']}.json").status_code == 200
    assert httpx.get(server.url + f"tokens/{sent['token']}.json").status_code == 404
    live, test = len(list(server.city.truth())), len(list(server.test_city.truth()))
    assert (live, test) == (50, 51)
    assert post(server, api_key=server.test_key).status_code == 403
    (own,) = post(server).json()
    assert own["token"] != sent["token"]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"api_key": ""}, 403, "api_key"),
        ({"api_key": "wrong"}, 403, "api_key"),
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "nothing"}, 404, "service_code"),
        ({"lat": "", "long": ""}, 400, "address_string"),
        ({"long": ""}, 400, "long"),
        ({"lat": "91"}, 400, "lat"),
        ({"lat": "north"}, 400, "lat"),
        ({"media_url": "a.jpg"}, 400, "media_url"),
        ({"media_url": "https://[1/a.jpg"}, 400, "media_url"),
        ({"jurisdiction_id": "elsewhere"}, 404, "jurisdiction_id"),
    ],
)
def test_a_post_that_lacks_something_is_refused_naming_it(
    server: Server[City], fields: dict[str, str], status: int, said: str
) -> None:
    answer = post(server, **fields)
    assert answer.status_code == status
    assert said in answer.json()[0]["description"]
    assert len(list(server.city.truth())) == 50


@pytest.mark.parametrize("place", [{"address_string": "1 Elm St"}, {"address_id": "77"}])
def test_an_address_is_enough(server: Server[City], place: dict[str, str]) -> None:
    assert post(server, lat="", long="", **place).status_code == 200
    newest = next(iter(server.city.truth()))
    assert newest["lat"] is None
    assert newest.get("address") == place.get("address_string")
    assert newest.get("address_id") == place.get("address_id")


def test_required_attributes_and_their_values_are_checked(server: Server[City]) -> None:
    service, asked = next(
        (service, asked)
        for service in server.city.services
        for asked in service.questions
        if asked["required"] and asked["datatype"] == "singlevaluelist"
    )
    name = f"attribute[{asked['code']}]"
    missing = post(server, service_code=service.code)
    assert (missing.status_code, name in missing.text) == (400, True)
    wrong = post(server, service_code=service.code, **{name: "PURPLE"})
    assert (wrong.status_code, name in wrong.text) == (400, True)
    key = asked["values"][0]["key"]  # type: ignore[index]
    assert post(server, service_code=service.code, **{name: key}).status_code == 200
    server.city.set_clock(server.city.clock.now + WAIT)
    row = next(row for row in server.city.truth() if "attributes" in row)
    assert row["attributes"][0]["value"] == key


def test_xml_answers_and_other_methods(server: Server[City]) -> None:
    answer = httpx.post(server.url + "requests.xml", data=form(server))
    assert b"<service_requests><request><token>" in answer.content
    assert httpx.post(server.url + "services.json", data={}).status_code == 405
    assert post(server, description="A\x0b hole").status_code == 200
    assert b"<description>A hole</description>" in httpx.get(server.url + "requests.xml").content
    huge = post(server, description="x" * 1_200_000)
    assert huge.status_code == 413
