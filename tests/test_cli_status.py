"""``status`` from outside: what stands where after a pull, in words and as JSON."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from commanding import HOLD, Ended, command, config, process

from open311_etl.sandbox import Character, City, serving

NOW = datetime(2026, 1, 9, 22, tzinfo=UTC)  # a moment at which some entries have no id yet
SPAN = ("--start", "2026-01-01", "--end", f"{NOW:%Y-%m-%dT%H:%M:%SZ}")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with two sources: ``springfield`` owes a little, ``shelbyville`` is sick."""
    place = tmp_path_factory.mktemp("status")
    city = City(600, days=12, now=NOW, services=12)
    sick = Character(poison_share=0.3, poison="500")
    with serving(city) as one, serving(City(60, days=12, services=9), character=sick) as two:
        config(place / "open311.toml", springfield=one.url, shelbyville=two.url)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(place)
            assert command("pull", "springfield", "shelbyville", *SPAN).code == 1
    return place


@pytest.fixture(autouse=True)
def within(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)


def lines(ended: Ended) -> dict[str, str]:
    """Give what stands behind each name of the upper table."""
    pairs = [line.strip().partition("  ") for line in ended.text.splitlines()]
    return {name: value.strip() for name, _, value in pairs}


def test_all_sources_have_a_line_and_a_way_to_more() -> None:
    ended = command("status")
    head, *rows = ended.text.splitlines()
    assert ended.code == 0
    assert " ".join(head.split()) == "source requests newest request proven to debt last run"
    assert [row.split()[0] for row in rows] == ["shelbyville", "springfield"]
    assert ended.err == '"open311-etl status SOURCE" shows all of one\n'


def test_one_source_is_told_whole() -> None:
    ended = command("status", "springfield")
    told = lines(ended)
    assert (ended.code, ended.err) == (0, "")
    assert {"newest", "last run", "holds", "catalog", "covered", "proven to"} <= told.keys()
    assert "12 services offered" in told["catalog"]
    assert "  pending     3 wait for an id\n" in ended.text
    assert "  debt        1, named below\n" in ended.text
    assert "3 entries without an id" in ended.text
    assert told["proven to"] == "2026-01-09 00:00 UTC"


def test_many_debts_are_shown_up_to_a_point_and_json_has_all() -> None:
    sick = command("status", "shelbyville", "--json").json[0]
    shown = command("status", "shelbyville").text
    blocked = [debt for debt in sick["debt"] if debt["kind"] == "blocked"]
    assert blocked
    assert all(debt["reason"] in shown for debt in blocked[:20])
    assert "next run" in shown or "in 59 minutes" in shown or "in 1 hour" in shown


def test_json_has_the_same_facts_as_the_tables() -> None:
    (found,) = command("status", "springfield", "--json").json
    counted = "SELECT count(*) AS n, max(requested_datetime) AS newest FROM service_requests"
    (row,) = command("query", f"{counted} WHERE source = 'springfield'", "--format", "json").json
    assert found["requests"] == row["n"]
    assert found["newest_requested"] == row["newest"]
    assert found["waiting"] == 3
    assert found["services"]["offered"] == 12
    assert found["quarantined"] == {}
    assert sum(part["share"] for part in found["coverage"]) == pytest.approx(1)
    assert sum(found["by_status"].values()) == found["requests"]
    assert [run["result"] for run in found["runs"]] == ["debt"]
    assert {each["source"] for each in command("status", "--json").json} == {
        "springfield",
        "shelbyville",
    }


def test_a_source_that_was_never_pulled_is_told_so() -> None:
    ended = command("status", "chicago")
    assert ended.code == 2
    assert "chicago" in ended.line
    assert "pull chicago" in ended.line


def test_while_a_pull_holds_the_warehouse_the_published_copy_answers() -> None:
    with subprocess.Popen(
        [*process()[:1], "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        ended = command("status", "springfield", "--json")
        holder.communicate()
    assert ended.code == 0
    assert "a pull holds the warehouse" in ended.line
    assert (
        ended.json[0]["requests"] == command("status", "springfield", "--json").json[0]["requests"]
    )
