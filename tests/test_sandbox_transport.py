"""Faults on the way: each breaks the answer as it says, at its rate, and the next call is sound."""

from __future__ import annotations

import contextlib
import gzip
import threading
import time
from email.utils import parsedate_to_datetime

import httpx
import pytest
from lxml import etree
from springfield import springfield


@pytest.mark.parametrize(
    ("fault", "status"),
    [("error_500", 500), ("error_503", 503), ("html_403", 403), ("html_200", 200)],
)
def test_errors_in_place_of_answers(fault: str, status: int) -> None:
    with springfield(**{fault: 1}) as caller:
        answer = caller.get()
        assert answer.status_code == status
        html = fault != "error_503"
        assert answer.headers["content-type"].startswith("text/html") == html


def test_429_says_when_to_come_back_in_seconds_as_a_date_or_not() -> None:
    with springfield(error_429=1, retry_seconds=7) as caller:
        answer = caller.get()
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    with springfield(error_429=1, retry_after="date", retry_seconds=60) as caller:
        moment = parsedate_to_datetime(caller.get().headers["retry-after"]).timestamp()
        assert 0 < moment - time.time() <= 60
    with springfield(error_429=1, retry_after="none") as caller:
        assert "retry-after" not in caller.get().headers


def test_a_rate_is_limited_in_real_time() -> None:
    with springfield(rate_per_minute=3) as caller:
        answers = [caller.get() for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 61


def test_faults_come_at_their_rate_the_same_for_one_seed() -> None:
    def statuses(seed: int) -> list[int]:
        with springfield(30, error_500=0.3, seed=seed) as caller:
            return [caller.get("services.json").status_code for _ in range(60)]

    first = statuses(1)
    assert 6 < first.count(500) < 32
    assert statuses(1) == first
    assert statuses(2) != first


def test_a_call_recovers_after_so_many_faults() -> None:
    with springfield(error_500=1, recover_after=2) as caller:
        assert [caller.get(page=1).status_code for _ in range(4)] == [500, 500, 200, 200]
        assert caller.get(page=2).status_code == 500


def test_faults_befall_only_the_calls_named() -> None:
    with springfield(error_500=1, faulty_calls=("services",)) as caller:
        assert caller.get().status_code == 200
        assert caller.get("services.json").status_code == 500


@pytest.mark.parametrize("fault", ["truncated", "reset"])
def test_connections_break(fault: str) -> None:
    with springfield(**{fault: 1}, recover_after=1) as caller:
        with pytest.raises((httpx.NetworkError, httpx.RemoteProtocolError)):
            caller.get()
        assert caller.get().status_code == 200


@pytest.mark.parametrize("fault", ["hang", "stall"])
def test_answers_never_end(fault: str) -> None:
    with springfield(**{fault: 1}) as caller:
        caller.client.timeout = 0.2
        with pytest.raises(httpx.ReadTimeout):
            caller.get()


def test_a_poisoned_page_may_hang() -> None:
    with springfield(poison_share=1, poison="hang") as caller:
        caller.client.timeout = 0.2
        with pytest.raises(httpx.ReadTimeout):
            caller.get()


def test_a_wrong_length_cuts_the_body() -> None:
    with springfield(wrong_length=1, recover_after=1) as caller:
        cut, whole = caller.get().content, caller.get().content
        assert len(cut) == len(whole) // 2
        assert whole.startswith(cut)


def test_a_drip_takes_its_time_and_is_whole() -> None:
    with springfield(drip=1, drip_seconds=0.01) as caller:
        started = time.monotonic()
        assert caller.rows() == caller.truth()[:50]
        assert time.monotonic() - started >= 0.15


def test_redirects_lead_to_the_same_answer_elsewhere_or_round_and_round() -> None:
    with springfield(redirect=1) as caller:
        assert caller.get().status_code == 302
        caller.client.follow_redirects = True
        answer = caller.get(page_size=3)
        assert answer.url.path == "/moved/open311/v2/requests.json"
        assert len(answer.json()) == 3
    with springfield(redirect=1, redirect_to="http://elsewhere.example:81/") as caller:
        place = caller.get(page=2).headers["location"]
        assert place == "http://elsewhere.example:81/moved/open311/v2/requests.json?page=2"
    with springfield(redirect=1, redirect_to="loop") as caller:
        assert caller.get().headers["location"] == "/open311/v2/requests.json"


def test_bodies_may_be_too_large_before_or_after_unpacking() -> None:
    with springfield(oversize=1, large_mb=3) as caller:
        assert len(caller.get().content) == 3_000_002
    with springfield(bomb=1, large_mb=3) as caller:
        with caller.client.stream("GET", caller.server.url + "requests.json") as answer:
            packed = b"".join(answer.iter_raw())
        assert len(packed) < 20_000
        assert len(gzip.decompress(packed)) == 3_000_000


def test_bodies_carry_marks_and_characters_that_do_not_belong() -> None:
    with springfield(bom=1) as caller:
        assert caller.get().content.startswith(b"\xef\xbb\xbf[")
        assert caller.get("requests.xml").content.startswith(b"\xef\xbb\xbf<?xml")
    with springfield(wrong_charset=1) as caller:
        body = caller.get(page_size=500).content
        assert "utf-8" in caller.get().headers["content-type"]
        assert b"caf\xe9" in body
        with pytest.raises(UnicodeDecodeError):
            body.decode()
    with springfield(illegal_characters=1) as caller:
        with pytest.raises(ValueError, match="control character"):
            caller.get().json()
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(caller.get("requests.xml").content)
    with springfield(duplicate_keys=1) as caller:
        assert caller.get().content.count(b'"status":null,"status":') == 50
        assert caller.rows() == caller.truth()[:50]


def test_compression_is_sound_or_broken_and_never_unasked() -> None:
    plain = {"Accept-Encoding": "identity"}
    for way in ("gzip", "deflate"):
        with springfield(compression=way) as caller:
            answer = caller.get()
            assert answer.headers["content-encoding"] == way
            assert answer.json() == caller.truth()[:50] or caller.rows() == caller.truth()[:50]
            url = caller.server.url + "requests.json"
            assert "content-encoding" not in caller.client.get(url, headers=plain).headers
    with springfield(broken_deflate=1) as caller:
        with pytest.raises(httpx.DecodingError):
            caller.get()
        url = caller.server.url + "requests.json"
        assert caller.client.get(url, headers=plain).json()


def test_etags_save_a_second_answer() -> None:
    with springfield(etags=True) as caller:
        url = caller.server.url + "services.json"
        tag = caller.client.get(url).headers["etag"]
        again = caller.client.get(url, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert caller.client.get(url, headers={"If-None-Match": '"old"'}).status_code == 200


def test_a_server_with_hanging_callers_stops_at_once() -> None:
    started = time.monotonic()
    with springfield(hang=1) as caller:
        waiting = threading.Thread(target=_give_up, args=(caller.server.url,))
        waiting.start()
        while not caller.server.requests:  # until it waits
            time.sleep(0.01)
    waiting.join(5)
    assert not waiting.is_alive()
    assert time.monotonic() - started < 8


def _give_up(url: str) -> None:
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(url + "requests.json", timeout=20)
