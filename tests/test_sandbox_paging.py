"""Each way of paging shows its fault, and the rest of the data stays true."""

from __future__ import annotations

from typing import Any

import pytest
from springfield import ids, joined, springfield


def test_a_zero_based_server_gives_its_first_rows_on_page_zero() -> None:
    with springfield(first_page=0) as caller:
        assert caller.rows(page=0) == caller.rows() == caller.truth()[:50]
        assert caller.rows(page=1) == caller.truth()[50:100]


@pytest.mark.parametrize(("way", "status", "count"), [("empty", 200, 0), ("refused", 400, 1)])
def test_page_zero_may_be_none(way: str, status: int, count: int) -> None:
    with springfield(page_zero=way) as caller:
        answer = caller.get(page=0)
        assert (answer.status_code, len(answer.json())) == (status, count)
        assert len(caller.rows(page=1)) == 50


@pytest.mark.parametrize("name", ["per_page", "limit", "max_requests", "rows"])
def test_the_page_size_has_other_names(name: str) -> None:
    with springfield(page_size_param=name, page_param="p") as caller:
        assert len(caller.rows(**{name: 7})) == 7
        assert len(caller.rows(page_size=7)) == 50
        assert caller.rows(p=2) == caller.truth()[50:100]
        assert caller.rows(page=2) == caller.truth()[:50]


def test_the_page_size_asked_for_is_clamped_or_ignored() -> None:
    with springfield(page_size_most=60) as caller:
        assert len(caller.rows(page_size=200)) == 60
    with springfield(page_size_fixed=True, page_size=40) as caller:
        assert len(caller.rows(page_size=200)) == len(caller.rows(page_size=3)) == 40


def test_without_paging_one_answer_is_all_there_is() -> None:
    with springfield(paging="none", page_size_param="max_requests") as caller:
        assert caller.rows(page=2) == caller.truth()
        assert caller.rows(max_requests=9) == caller.truth()[:9]


def test_beyond_the_end_comes_what_the_character_says() -> None:
    for way, wanted in (("empty", []), ("last", slice(200, 228)), ("first", slice(0, 50))):
        with springfield(beyond=way) as caller:
            expected = caller.truth()[wanted] if isinstance(wanted, slice) else wanted
            assert caller.rows(page=6) == caller.rows(page=99) == expected
            assert caller.rows(page=5) == caller.truth()[200:]
    for way in ("404", "400", "500"):
        with springfield(beyond=way) as caller:
            assert caller.get(page=99).status_code == int(way)


def test_pages_end_at_the_most() -> None:
    with springfield(pages_most=2, beyond="last") as caller:
        assert caller.rows(page=3) == caller.truth()[50:100]
    with springfield(pages_most=2) as caller:
        assert len(caller.walk()) == 2


def test_an_empty_result_may_be_a_404() -> None:
    with springfield(empty_list="404") as caller:
        assert caller.get(start_date="2031-01-01").status_code == 404
        assert caller.rows()


def test_short_pages_in_the_middle_lose_nothing() -> None:
    with springfield(short_pages=2) as caller:
        pages = caller.walk()
        assert [len(page) for page in pages] == [50, 15, 50, 15, 50, 15, 33]
        assert joined(pages) == caller.truth()
    with springfield(short_pages=3, short_page_share=0) as caller:
        assert caller.rows(page=3) == []
        assert caller.rows(page=4) == caller.truth()[100:150]


@pytest.mark.parametrize("ways", [{}, {"paging": "none"}])
@pytest.mark.parametrize("keeps", ["newest", "oldest"])
def test_a_row_cap_keeps_the_newest_or_the_oldest(ways: dict[str, Any], keeps: str) -> None:
    with springfield(row_cap=70, row_cap_keeps=keeps, **ways) as caller:
        pages = [caller.rows()] if ways else caller.walk()
        found = joined(pages)
        made = sorted(row["requested_datetime"] for row in caller.truth())
        wanted = made[-70:] if keeps == "newest" else made[:70]
        assert sorted(row["requested_datetime"] for row in found) == wanted
        few = caller.rows(start_date="2026-01-03", end_date="2026-01-05")
        assert 0 < len(few) < 50


def test_orders() -> None:
    with springfield(order="requested-asc") as caller:
        made = [row["requested_datetime"] for row in joined(caller.walk())]
        assert made == sorted(made)
    with springfield(order="requested-desc") as caller:
        made = [row["requested_datetime"] for row in joined(caller.walk())]
        assert made == sorted(made, reverse=True)
    with springfield(order="random") as caller:
        first, second = (ids(caller.rows(page_size=500)) for _ in range(2))
        assert first != second
        assert sorted(first) == sorted(second)


def test_some_rows_come_twice() -> None:
    with springfield(repeats=10) as caller:
        found, there = joined(caller.walk()), caller.truth()
        assert len(found) == len(there) + len(there) // 10
        assert found[9] == found[10] == there[9]
