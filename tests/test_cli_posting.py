"""``submit`` and ``token`` from outside: a report gets a token, the token an id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from commanding import Ended, command, config

from open311_etl.sandbox import Character, City, Server, serving

WAIT = timedelta(minutes=20)
PLACE = ("--lat", "39.75", "--long", "-89.65")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def server() -> Iterator[Server[City]]:
    """A city known as ``springfield``, where a report waits 20 minutes for its id."""
    with serving(City(30, token_delay=WAIT)) as running:
        known(running)
        yield running


def known(server: Server[City]) -> None:
    file = config(Path("open311.toml"), springfield=server.url)
    with file.open("a") as out:
        out.write(f'[sources.springfield.environments.test]\nurl = "{server.test_url}"\n')
        out.write('api_key_env = "SPRINGFIELD_TEST_KEY"\n')


def keys(server: Server[City]) -> dict[str, str]:
    return {"SPRINGFIELD_KEY": server.key, "SPRINGFIELD_TEST_KEY": server.test_key}


def submit(server: Server[City], *more: str, source: str = "springfield") -> Ended:
    plain = next(each.code for each in server.city.services if not each.questions)
    call = ("submit", source, "--service-code", plain, *PLACE, "--description", "A hole.")
    return command(*call, *more, **keys(server))


def test_a_report_gives_its_token_alone_and_says_how_to_go_on(server: Server[City]) -> None:
    ended = submit(server)
    token = ended.text.strip()
    assert (ended.code, ended.text) == (0, f"{token}\n")
    assert ended.err.splitlines() == [
        "source springfield: the report was received",
        f"this is its token: open311-etl token springfield {token} --wait",
    ]
    assert submit(server, "-q").err == ""
    told = submit(server, "--json").json
    assert told["source"] == "springfield"
    assert told["token"]
    assert told["service_request_id"] is None


def test_a_token_is_1_and_nothing_until_it_is_an_id(server: Server[City]) -> None:
    token = submit(server).text.strip()
    early = command("token", "springfield", token, **keys(server))
    assert (early.code, early.out) == (1, b"")
    assert f"token {token} has no service_request_id yet; ask again: " in early.line
    assert command("token", "springfield", token, "--json").json["service_request_id"] is None
    server.city.set_clock(server.city.clock.now + WAIT)
    late = command("token", "springfield", token)
    assert (late.code, late.err) == (0, "")
    assert server.city.life(late.text.strip()).token == token


def test_waiting_ends_with_the_id_or_when_the_time_is_up(
    server: Server[City], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("open311_etl.submission.FIRST_PAUSE", 0.02)
    monkeypatch.setattr("open311_etl.submission.LONGEST_PAUSE", 0.02)
    ended = submit(server, "--wait", "--timeout", "0.2")
    assert (ended.code, ended.out) == (1, b"")
    assert "no service_request_id yet after 0 s" in ended.err
    assert sum("/tokens/" in path for _, path, _ in server.requests) > 2
    server.city.set_clock(server.city.clock.now + WAIT)
    token = server.requests[-1][1].rpartition("/")[2].partition(".")[0]
    waited = command("token", "springfield", token, "--wait")
    assert (waited.code, waited.err) == (0, "")
    assert waited.text.strip() in {each.get("service_request_id") for each in server.city.truth()}


def test_a_report_to_the_test_environment_stays_there(server: Server[City]) -> None:
    token = submit(server, source="springfield.test").text.strip()
    assert command("token", "springfield.test", token).code == 1
    assert command("token", "springfield", token).code == 3
    assert len(list(server.test_city.truth())) == len(list(server.city.truth())) + 1


def test_what_was_reported_is_pulled_when_it_has_its_id(server: Server[City]) -> None:
    submit(server)
    posted = server.city.clock.now
    server.city.set_clock(posted + 2 * WAIT)
    start, end = (f"{posted + side * 3 * WAIT:%Y-%m-%dT%H:%M:%SZ}" for side in (-1, 1))
    assert command("pull", "springfield", "--start", start, "--end", end, "-q").code in (0, 1)
    found = "SELECT description, status FROM service_requests WHERE description = 'A hole.'"
    assert command("query", found, "--format", "json").json == [
        {"description": "A hole.", "status": "open"}
    ]


def test_attributes_go_as_the_definition_asks_and_what_is_refused_is_said(
    server: Server[City],
) -> None:
    asking = next(
        each for each in server.city.services if any(q["required"] for q in each.questions)
    )
    call = ("submit", "springfield", "--service-code", asking.code, *PLACE)
    refused = command(*call, **keys(server))
    assert refused.code == 3
    assert "400" in refused.line
    before = len(list(server.city.truth()))
    answers = []
    for question in asking.questions:
        values = question.get("values") or [{"key": "some words"}]
        answer = "2026-01-01T00:00:00Z" if question["datatype"] == "datetime" else values[0]["key"]
        answer = "3" if question["datatype"] == "number" else answer
        answers += ["--attribute", f"{question['code']}={answer}"]
    assert command(*call, *answers, **keys(server)).code == 0
    assert len(list(server.city.truth())) == before + 1


@pytest.mark.parametrize("given", [{}, {"SPRINGFIELD_KEY": ""}])
def test_without_a_key_nothing_is_sent(given: dict[str, str], server: Server[City]) -> None:
    ended = command("submit", "springfield", "--service-code", "1", *PLACE, **given)
    assert (ended.code, ended.out) == (2, b"")
    assert "SPRINGFIELD_KEY" in ended.line
    assert server.requests == []


def test_a_wrong_key_is_told_and_not_shown(server: Server[City]) -> None:
    ended = command(
        "submit", "springfield", "--service-code", "1", *PLACE, SPRINGFIELD_KEY="hunter2"
    )
    assert ended.code == 3
    assert "403" in ended.line
    assert "hunter2" not in ended.line


def test_a_report_that_may_have_arrived_is_sent_once_and_that_is_said() -> None:
    with serving(City(10), character=Character(error_500=1)) as server:
        known(server)
        ended = submit(server)
        assert ended.code == 3
        assert [method for method, _, _ in server.requests] == ["POST"]
    assert "again" in ended.line
