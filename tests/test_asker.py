"""Known requests are asked for in lists as long as the server takes them, else one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from open311_etl.client import Client
from open311_etl.config import Source
from open311_etl.follow.asker import Asker
from open311_etl.landing import Landing
from open311_etl.model import Outcome, Run, Verdict
from open311_etl.sandbox import Character, City, Server, serving
from open311_etl.walk import Manners, Walker


def known(city: City, count: int) -> list[str]:
    """Give the ids of some requests that lists show."""
    shown = [row["service_request_id"] for row in city.truth() if "service_request_id" in row]
    return shown[:count]


def asked(
    place: Path, server: Server[City], ids: Sequence[str], *, batch: int = 50, control: str = ""
) -> tuple[Asker, list[Outcome]]:
    """Ask for ids as a pull does, again and again until nobody is left to ask for."""
    source = Source.model_validate(
        {"name": "springfield", "url": server.url, "page_size": 100, "retries": 0}
    )
    now = datetime.now(UTC)
    run = Run("run", "springfield", now, server.city.clock.now, None, None)

    async def ask() -> tuple[Asker, list[Outcome]]:
        async with Client(source, user_agent="test") as client:
            walker = Walker(client, Landing(place, "springfield"), run, Manners(first_page=1))
            asker = Asker(walker, run, batch=batch, proven=0, control=control or None)
            outcomes, left = [], list(ids)
            while left and asker.single:
                outcomes += await asker.ask(left)
                left = [each for each in ids if each not in asker.asked]
            return asker, outcomes

    return asyncio.run(ask())


def lists(server: Server[City]) -> list[int]:
    given = [params.get("service_request_id", "") for _, _, params in server.requests]
    return [len(each.split(",")) for each in given if "," in each]


def served(outcomes: Sequence[Outcome]) -> int:
    return sum(outcome.records for outcome in outcomes)


def test_a_list_is_asked_whole_where_the_server_takes_it(tmp_path: Path) -> None:
    with serving(City(300, days=20, services=5)) as server:
        _, outcomes = asked(tmp_path, server, known(server.city, 120))
    assert lists(server) == [50, 50, 20]
    assert served(outcomes) == 120
    assert {(each.kind, each.verdict) for each in outcomes} == {("ids", Verdict.PROVEN)}
    assert len(server.requests) == 3


def test_lists_become_as_long_as_the_server_proves_to_accept(tmp_path: Path) -> None:
    """Q-ID-8."""
    ways = Character(id_list_most=20)
    with serving(City(300, days=20, services=5), character=ways) as server:
        asker, outcomes = asked(tmp_path, server, known(server.city, 120))
    assert asker.batch == 20
    assert lists(server)[:2] == [50, 20]
    assert max(lists(server)[1:]) == 20
    assert len(asker.asked) == 120
    short = [each for each in outcomes if each.verdict is Verdict.SUSPECT]
    assert [each.reason for each in short] == [
        "a list of 50 ids gave 20 requests, though more exist"
    ]


@pytest.mark.parametrize("way", ["single", "ignored", "refused"])
def test_lists_that_do_not_work_are_given_up_after_few_tries(way: Any, tmp_path: Path) -> None:
    """Q-ID-8."""
    ways = Character(id_lists=way)
    with serving(City(300, days=20, services=5), character=ways) as server:
        asker, _ = asked(tmp_path, server, known(server.city, 40))
    assert len(lists(server)) <= 3
    assert asker.batch <= 1
    assert len(asker.asked) == 40, "all were asked for one by one"


def test_who_is_not_in_a_list_is_asked_for_twice_before_it_counts_as_denied(tmp_path: Path) -> None:
    """Q-ORD-2: a list of ids may lack members."""
    city = City(300, days=20, services=5)
    ids = known(city, 30)
    for each in ids[:2]:
        city.life(each).gone = city.clock.seconds
    city.changed()
    with serving(city) as server:
        asker, outcomes = asked(tmp_path, server, ids)
    singles = [path for _, path, _ in server.requests if "/requests/" in path]
    assert sorted(singles) == sorted([*set(singles), *set(singles)])
    denied = [page.subject for each in outcomes for page in each.pages if page.records == 0]
    assert set(denied) == set(ids[:2])
    assert asker.batch == 50, "the list was whole but for them"


def test_a_replica_that_is_behind_denies_nobody(tmp_path: Path) -> None:
    city = City(300, days=20, services=5)
    youngest = max(city.lives(), key=lambda each: each.opened).id
    newest = [*known(city, 300)[-1:], youngest]
    with serving(city, character=Character(stale_every=2, stale_days=15)) as server:
        _, outcomes = asked(tmp_path, server, newest, batch=1)
    assert all(page.records for each in outcomes for page in each.pages)


def test_denials_count_for_nothing_where_the_server_has_no_reads_by_id(tmp_path: Path) -> None:
    city = City(300, days=20, services=5)
    ids = known(city, 30)
    with serving(city, character=Character(by_id="missing")) as server:
        asker, outcomes = asked(tmp_path, server, ids[:10], batch=1, control=ids[20])
    assert not asker.single
    assert [each.verdict for each in outcomes] == [Verdict.SUSPECT]
    assert "which a list has shown" in outcomes[0].reason
