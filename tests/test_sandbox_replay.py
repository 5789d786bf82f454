"""Captured records are served again as they are, each line once, through the same calls."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from pathlib import Path

import httpx
import pytest

from open311_etl.errors import UsageError
from open311_etl.sandbox import Character, Replay, serving

SHARED = Path(os.environ.get("OPEN311_SHARED", Path(__file__).parents[2] / "shared"))
BOSTON = sorted(SHARED.glob("real/boston/*.ndjson.gz"))


def line(request_id: str | None, status: str, requested: str | None, updated: str) -> str:
    return json.dumps(
        {
            "service_request_id": request_id,
            "status": status,
            "service_code": "a b/c",
            "service_name": "Hole",
            "requested_datetime": requested,
            "updated_datetime": updated,
        }
    )


@pytest.fixture
def captured(tmp_path: Path) -> Path:
    lines = [
        line("1", "open", "2020-01-05T00:00:00-05:00", "2020-01-05T00:00:00-05:00"),
        line("1", "Closed", "2020-01-05T00:00:00-05:00", "2020-01-09T00:00:00-05:00"),
        line("2", "open", "2020-01-20T00:00:00-05:00", "2020-01-20T00:00:00-05:00"),
        line(None, "submitted", None, "2020-01-07T00:00:00-05:00"),
        '{"status":null,"service_name":null,"service_code":null,"lat":null,"long":null}',
    ]
    file = tmp_path / "rows.ndjson"
    file.write_text("\n".join(lines) + "\n")
    return file


def test_duplicates_and_rows_without_id_or_dates_are_entries_of_their_own(captured: Path) -> None:
    with serving(Replay([captured])) as server:
        found = httpx.get(server.url + "requests.json").text
        assert Counter(found[1:-1].replace("},{", "}\n{").split("\n")) == Counter(
            captured.read_text().split("\n")[:-1]
        )


def test_rows_without_a_requested_date_are_in_the_window_of_the_newest(captured: Path) -> None:
    with serving(Replay([captured])) as server:
        url = server.url + "requests.json"
        day = {"start_date": "2020-01-20T00:00:00-05:00", "end_date": "2020-01-20T05:00:01Z"}
        assert len(httpx.get(url, params=day).json()) == 3
        early = {"start_date": "2020-01-01", "end_date": "2020-01-19"}
        assert len(httpx.get(url, params=early).json()) == 2


def test_by_id_gives_the_newest_state_and_services_come_from_the_records(captured: Path) -> None:
    with serving(Replay([captured])) as server:
        (row,) = httpx.get(server.url + "requests/1.json").json()
        assert row["status"] == "Closed"
        (service,) = httpx.get(server.url + "services.json").json()
        assert (service["service_code"], service["service_name"]) == ("a b/c", "Hole")
        definition = httpx.get(server.url + "services/a%20b/c.json")
        assert definition.json() == {"service_code": "a b/c", "attributes": []}
        closed = httpx.get(server.url + "requests.json", params={"status": "closed"}).json()
        assert [row["service_request_id"] for row in closed] == ["1"]
        assert httpx.post(server.url + "requests.json", data={}).status_code == 403


def test_the_clock_set_back_hides_what_is_newer(captured: Path) -> None:
    replay = Replay([captured])
    earlier = replay.clock.now.replace(day=8)
    assert [row["status"] for row in replay.truth(earlier)] == ["open"]


@pytest.mark.parametrize(
    "line",
    [b"[1]", b'{"a":', b'{"a":"\xe9"}', b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"],
    ids=["no object", "cut off", "not UTF-8", "too deep"],
)
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: bytes) -> None:
    bad = tmp_path / "bad.ndjson.gz"
    bad.write_bytes(gzip.compress(b'{"a":1}\n' + line + b"\n"))
    with pytest.raises(UsageError, match=r"bad\.ndjson\.gz, line 2: not a JSON record"):
        Replay([bad])


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"a":1}\n' * 100)
    (tmp_path / "short.gz").write_bytes(packed[:-9])
    (tmp_path / "broken.gz").write_bytes(packed[:10] + b"\xff" * 10 + packed[20:])
    for name in ("short.gz", "broken.gz", "none.ndjson"):
        with pytest.raises(UsageError, match=rf"{name}: cannot be read"):
            Replay([tmp_path / name])


@pytest.mark.parametrize("beyond", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_a_time_that_utc_cannot_hold_counts_as_none(tmp_path: Path, beyond: str) -> None:
    file = tmp_path / "beyond.ndjson"
    file.write_text(
        f'{{"service_request_id":"1","requested_datetime":"{beyond}"}}\n'
        '{"service_request_id":"2","requested_datetime":"2020-01-20T05:00:00Z"}\n'
    )
    with serving(Replay([file])) as server:
        rows = httpx.get(server.url + "requests.json").json()
    assert {row["service_request_id"] for row in rows} == {"1", "2"}


@pytest.mark.skipif(not BOSTON, reason="captured Boston records are not here (OPEN311_SHARED)")
def test_all_of_boston_comes_back_byte_for_byte() -> None:
    sent = Counter(
        each for file in BOSTON for each in gzip.decompress(file.read_bytes()).split(b"\n") if each
    )
    with serving(Replay(BOSTON)) as server, httpx.Client() as client:
        lines: Counter[bytes] = Counter()
        params: dict[str, str | int] = {"start_date": "2000-01-01T00:00:00Z", "page_size": 500}
        params["page"] = 1
        while len(body := client.get(server.url + "requests.json", params=params).content) > 2:
            for each in body[1:-1].split(b'},{"s'):
                lines[b'{"s' + each.removeprefix(b'{"s').removesuffix(b"}") + b"}"] += 1
            params["page"] = int(params["page"]) + 1
        assert params["page"] == 153
    assert lines.total() == 75_600
    assert lines == sent


def test_dialects_cope_with_what_was_captured(captured: Path) -> None:
    ways = Character(
        ids="number", codes="number", times="naive", updated="minute", coordinates="text",
        nowhere="zero", nothing="empty", media="list", agency="object", personal="always",
    )  # fmt: skip
    with serving(Replay([captured], zone="America/New_York"), character=ways) as server:
        rows = httpx.get(server.url + "requests.json").json()
        assert len(rows) == 5
        assert {row["lat"] for row in rows} == {"0.0"}
        (row,) = httpx.get(server.url + "requests/2.json").json()
        assert row["service_request_id"] == 2
        assert row["requested_datetime"].startswith("2020-01-20 00:00:00.")
