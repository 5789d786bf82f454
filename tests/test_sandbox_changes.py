"""Drift, stale replicas, vanishing rows, shrinking catalogues and poison: each shows its fault."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from springfield import ids, joined, springfield

from open311_etl.errors import UsageError
from open311_etl.sandbox import Character, Replay, serving


def test_an_update_between_pages_shows_a_row_twice() -> None:
    with springfield(drift_every=1) as caller:
        there = len(caller.truth())
        pages = caller.walk(page_size=100, start_date="2026-01-01")
        counts = Counter(ids(joined(pages)))
        assert max(counts.values()) == 2
        touched = caller.truth()[0]
        assert touched["updated_datetime"] == "2026-01-31T06:00:00Z"
        assert len(caller.truth()) == there
        states = caller.city.life(touched["service_request_id"]).states()
        assert states[-1][0] >= caller.city.clock.now


def test_an_insert_between_pages_appears_and_the_truth_knows_it() -> None:
    with springfield(drift_every=2, drift="insert") as caller:
        before = set(ids(caller.truth()))
        caller.walk(page_size=100)
        new = set(ids(caller.truth())) - before
        assert len(new) == 2
        life = caller.city.life(new.pop())
        assert life.visible == caller.city.clock.seconds
        assert life.requested < life.visible


def test_a_deletion_between_pages_hides_another_row() -> None:
    with springfield(drift_every=1, drift="delete") as caller:
        there = set(ids(caller.truth()))
        found = set(ids(joined(caller.walk(page_size=100))))
        still = set(ids(caller.truth()))
        assert still < there
        assert still - found
        gone = (there - still).pop()
        assert caller.get(f"requests/{gone}.json").status_code == 404


def test_a_stale_replica_shows_the_day_before() -> None:
    with springfield(stale_every=3, stale_days=2) as caller:
        newest = [caller.rows()[0]["updated_datetime"] for _ in range(6)]
        assert [each < "2026-01-29T06:00:00Z" for each in newest] == [False, False, True] * 2


def test_a_stale_replica_answers_for_single_requests_too() -> None:
    with springfield(600, days=60, stale_every=2, stale_days=30) as caller:
        young = max(caller.city.lives(), key=lambda life: life.opened).id
        asked = [caller.get(f"requests/{young}.json").status_code for _ in range(4)]
        assert asked == [200, 404, 200, 404]


def test_moderated_requests_enter_lists_late_and_are_there_by_id() -> None:
    """Q-LIFE-2."""
    with springfield(600, days=60, moderated=0.2, moderated_days=20) as caller:
        now = caller.city.clock.seconds
        late = [
            life
            for life in caller.city.lives()
            if life.visible > now and life.opened <= now - 86_400
        ]
        assert 10 < len(late) < 80
        assert not {life.id for life in late} & set(ids(caller.truth()))
        assert caller.get(f"requests/{late[0].id}.json").status_code == 200
        caller.city.clock.set(datetime.fromtimestamp(late[0].visible, UTC))
        assert late[0].id in ids(caller.truth())


def test_a_lossy_updated_filter_never_shows_every_third_request() -> None:
    since = {"updated_after": "2026-01-20T00:00:00Z", "page_size": 500}
    with springfield() as caller:
        whole = {row["service_request_id"] for row in caller.rows(**since) if len(row) > 9}
    with springfield(updated_filter="lossy") as caller:
        shown = set(ids(caller.rows(**since))) - {""}
        assert shown < whole
        assert 0.5 < len(shown) / len(whole) < 0.85
        assert shown == set(ids(caller.rows(**since))) - {""}


def test_vanished_requests_are_in_no_list_and_404_by_id() -> None:
    with springfield(600, days=60, vanishing=0.2) as caller:
        now = caller.city.clock.seconds
        gone = [life for life in caller.city.lives() if life.gone and life.gone <= now]
        assert 40 < len(gone) < 160
        assert not {life.id for life in gone} & set(ids(caller.truth()))
        assert caller.get(f"requests/{gone[0].id}.json").status_code == 404
        assert gone[0].entry(gone[0].gone - 1) is not None  # type: ignore[operator]


def test_services_may_be_empty_short_or_hidden() -> None:
    with springfield(services_empty_every=2, services_hidden=5) as caller:
        counts = [len(caller.get("services.json").json()) for _ in range(4)]
        assert counts == [185, 0, 185, 0]
        listed = {each["service_code"] for each in caller.get("services.json").json()}
        hidden = next(each.code for each in caller.city.services if each.code not in listed)
        assert caller.get(f"services/{hidden}.json").status_code == 200
    with springfield(services_short_every=2) as caller:
        assert [len(caller.get("services.json").json()) for _ in range(2)] == [190, 95]


@pytest.mark.parametrize(("way", "status"), [("500", 500), ("html", 200), ("garbage", 200)])
def test_any_answer_with_a_poisoned_request_fails(way: str, status: int) -> None:
    with springfield() as caller:
        bad = ids(caller.truth())[70]
    with springfield(poison_ids=(bad,), poison=way) as caller:
        for path, params in (("requests.json", {"page": 2}), (f"requests/{bad}.json", {})):
            answer = caller.get(path, **params)
            assert answer.status_code == status
            with pytest.raises(ValueError, match=r"."):
                answer.json()
        pages = [caller.get(page=page, page_size=10).content for page in range(1, 24)]
        sound = [page for page, body in enumerate(pages) if body.startswith(b'[{"s')]
        assert len(sound) >= 22
        assert all(page in sound for page in range(23) if page != 7)


def test_a_share_of_requests_is_poisoned() -> None:
    with springfield(poison_share=0.05) as caller:
        statuses = [caller.get(page=page, page_size=1).status_code for page in range(1, 101)]
        assert 0 < statuses.count(500) < 20
        again = [caller.get(page=page, page_size=1).status_code for page in range(1, 101)]
        assert again == statuses


def test_captured_records_do_not_change(tmp_path: Path) -> None:
    file = tmp_path / "rows.ndjson"
    file.write_text('{"service_request_id":"1"}\n')
    for ways in (Character(drift_every=2), Character(vanishing=0.1)):
        with (
            pytest.raises(UsageError, match="needs a seeded city"),
            serving(Replay([file]), character=ways),
        ):
            pass
