"""A source is asked at the pace that it bears: no more at once, no more a minute, no sooner."""

from __future__ import annotations

import asyncio
import contextlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from waiting import Waits

from open311_etl.config import Source
from open311_etl.errors import BadBody
from open311_etl.pacing import LONGEST_BACKOFF, LONGEST_REST, Fault, Pace, asked_rest

pytestmark = pytest.mark.anyio


def source(**changed: Any) -> Source:
    return Source(name="x", url="http://city.example/v2/", **changed)


def pace(waits: Waits, **changed: Any) -> Pace:
    return Pace(source(**changed), wait=waits, jitter=lambda most: most)


async def rounds(paced: Pace, count: int, **report: Any) -> int:
    """Keep every turn busy for so many rounds; give the most that ran at once."""
    running = most = 0

    async def call() -> None:
        nonlocal running, most
        async with paced.turn():
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            paced.report(**{"seconds": 0.05, "ok": True, **report})

    for _ in range(count):
        await asyncio.gather(*(call() for _ in range(paced.width)))
    return most


# -- how many at once --------------------------------------------------------------------------


async def test_a_source_is_asked_by_few_at_first_and_by_more_while_it_stays_quick() -> None:
    """Q-RATE-6."""
    paced = pace(Waits(), concurrency=6)
    widths = [paced.width]
    for _ in range(12):
        await rounds(paced, 1)
        widths.append(paced.width)
    assert widths[0] <= 2
    assert all(after - before in (0, 1) for before, after in pairwise(widths))
    assert widths[-1] == 6


async def test_no_more_calls_run_at_once_than_the_pace_is_wide() -> None:
    paced = pace(Waits(), concurrency=3)
    await rounds(paced, 10)
    running = most = 0

    async def call() -> None:
        nonlocal running, most
        async with paced.turn():
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001)
            running -= 1

    await asyncio.gather(*(call() for _ in range(20)))
    assert most == 3


async def test_strain_halves_the_calls_once_for_all_calls_of_a_round() -> None:
    paced = pace(Waits(), concurrency=8)
    await rounds(paced, 30)
    assert paced.width == 8
    for _ in range(8):
        paced.report(0.05, ok=False)
    assert paced.width == 4
    await paced.sleep(1)
    paced.report(0.05, ok=False)
    assert paced.width == 2


async def test_one_call_is_always_let_through() -> None:
    paced = pace(Waits())
    for _ in range(10):
        paced.report(0.05, ok=False)
        await paced.sleep(1)
    assert paced.width == 1
    assert await rounds(paced, 1) == 1


async def test_slower_answers_hold_the_calls_and_far_slower_ones_halve_them() -> None:
    paced = pace(Waits(), concurrency=32)
    await rounds(paced, 10, seconds=0.1)
    await rounds(paced, 1, seconds=0.75)
    before = paced.width
    await rounds(paced, 1, seconds=0.75)
    assert paced.width == before < 32
    await paced.sleep(100)
    for _ in range(10):
        paced.report(10, ok=True)
    assert paced.width == before // 2


async def test_answers_that_become_slow_for_good_are_the_new_measure() -> None:
    paced = pace(Waits(), concurrency=8)
    await rounds(paced, 20, seconds=0.1)
    await rounds(paced, 300, seconds=2)
    assert paced.width == 8


async def test_full_pages_among_empty_ones_are_no_sign_of_strain() -> None:
    paced = pace(Waits(), concurrency=8)
    for _ in range(30):
        await rounds(paced, 1, seconds=0.03)
        await rounds(paced, 1, seconds=3)
    assert paced.width == 8


async def test_one_slow_answer_is_no_sign_of_strain() -> None:
    paced = pace(Waits(), concurrency=8)
    await rounds(paced, 30, seconds=0.1)
    paced.report(4, ok=True)
    assert paced.width == 8


async def test_a_server_that_is_always_slow_is_not_taken_for_strained() -> None:
    paced = pace(Waits(), concurrency=4)
    await rounds(paced, 20, seconds=20)
    assert paced.width == 4


@given(st.lists(st.sampled_from(["start", "cancel", "run"]), max_size=40), st.data())
@settings(deadline=None)
def test_calls_that_are_cancelled_at_any_moment_leave_their_place_to_others(
    steps: list[str], data: st.DataObject
) -> None:
    paced = pace(Waits(), concurrency=2)
    tasks: list[asyncio.Task[None]] = []

    async def call() -> None:
        async with paced.turn():
            await asyncio.sleep(0)

    async def play() -> None:
        for step in steps:
            if step == "start":
                tasks.append(asyncio.create_task(call()))
            elif step == "cancel" and tasks:
                data.draw(st.sampled_from(tasks)).cancel()
            else:
                await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(call(), call(), call())

    asyncio.run(play())


async def test_a_call_that_is_cancelled_as_its_turn_comes_hands_it_on() -> None:
    paced, others = pace(Waits(), concurrency=1), list[asyncio.Task[None]]()

    async def first() -> None:
        async with paced.turn():
            await asyncio.sleep(0.01)
        others[0].cancel()

    async def other() -> None:
        async with paced.turn():
            pass

    holder = asyncio.create_task(first())
    await asyncio.sleep(0)
    others += [asyncio.create_task(other()), asyncio.create_task(other())]
    async with asyncio.timeout(5):
        await asyncio.gather(holder, others[1])
    assert others[0].cancelled()


def test_a_pace_serves_one_event_loop_after_the_other() -> None:
    paced = pace(Waits(), concurrency=2)

    async def crowd() -> int:
        return await rounds(paced, 4)

    assert [asyncio.run(crowd()) for _ in range(3)] == [2, 2, 2]


# -- rest --------------------------------------------------------------------------------------


async def test_a_rest_that_one_call_was_asked_for_is_kept_by_all() -> None:
    waits = Waits()
    paced = pace(waits)
    async with paced.turn():
        paced.report(0.1, ok=False, retry_after=30)
    began = paced.now()
    async with paced.turn():
        pass
    assert paced.now() - began >= 30
    waits.clear()
    async with paced.turn():
        pass
    assert waits == []


async def test_a_rest_too_long_to_sit_out_ends_the_call_and_says_when_to_come_back() -> None:
    waits = Waits()
    paced = pace(waits)
    paced.report(0.1, ok=False, retry_after=LONGEST_REST * 6)
    with pytest.raises(Fault, match=r"asked for a rest until \d{4}-.*Z") as fault:
        async with paced.turn():
            pytest.fail("the server asked not to be called")
    assert fault.value.again == 0
    assert fault.value.retry_after == pytest.approx(LONGEST_REST * 6, abs=5)
    assert waits == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 7.5 "}, 7.5),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "9" * 400}, None),
        (
            {
                "date": "Mon, 02 Mar 2026 10:00:00 GMT",
                "retry-after": "Mon, 02 Mar 2026 10:01:30 GMT",
            },
            90,
        ),
        ({"retry-after": "Mon, 02 Mar 2020 10:01:30 GMT"}, 0),
        ({"date": "now", "retry-after": "Mon, 02 Mar 2020 10:01:30 GMT"}, 0),
    ],
)
async def test_a_rest_is_read_from_seconds_and_from_dates(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert asked_rest(headers) == seconds


# -- how often, and when to stop ---------------------------------------------------------------


async def tries(paced: Pace, retries: int, fault: Exception) -> int:
    count = 0
    with contextlib.suppress(Fault):
        async for attempt in paced.retrying(retries):
            with attempt:
                count += 1
                raise fault
    return count


async def test_waits_between_tries_double_up_to_a_minute() -> None:
    waits = Waits()
    assert await tries(pace(waits), 9, Fault("down")) == 10
    assert waits == [1, 2, 4, 8, 16, 32, LONGEST_BACKOFF, LONGEST_BACKOFF, LONGEST_BACKOFF]


async def test_waits_between_tries_are_spread_over_their_whole_length() -> None:
    waits = Waits()
    paced = Pace(source(), wait=waits)
    for _ in range(25):
        await tries(paced, 3, Fault("down"))
    thirds = waits[2::3]
    assert 0 <= min(thirds) < 1.5
    assert 2.5 < max(thirds) <= 4


@pytest.mark.parametrize(("again", "count"), [(None, 5), (0, 1), (2, 3), (9, 5)])
async def test_a_fault_is_tried_again_only_as_often_as_it_may_help(
    again: int | None, count: int
) -> None:
    assert await tries(pace(Waits()), 4, Fault("odd", BadBody, again=again)) == count


async def test_what_is_no_fault_is_not_tried_again() -> None:
    waits = Waits()
    with pytest.raises(ZeroDivisionError):
        await tries(pace(waits), 4, ZeroDivisionError())
    assert waits == []
