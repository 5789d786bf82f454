"""The harnesses of ``bench/survive`` on a small scale: kills, disks that fail, damaged bodies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.survive.bodies import fuzz
from bench.survive.faults import try_faults
from bench.survive.kills import MOMENTS, kill
from open311_etl import failpoint

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and forkserver are POSIX's")


@pytest.mark.parametrize("kills", [3, pytest.param(300, marks=pytest.mark.slow)])
@pytest.mark.timeout(3600)
def test_after_any_number_of_kills_all_is_as_if_there_had_been_none(
    tmp_path: Path, kills: int
) -> None:
    done = kill(tmp_path, kills, seed=kills)
    assert done.lost == 0
    assert done.kills >= kills


@pytest.mark.slow
@pytest.mark.parametrize("few", [True, False])
@pytest.mark.timeout(1800)
def test_a_disk_that_fails_ends_in_one_line_and_the_next_pull_goes_on(
    tmp_path: Path, few: bool
) -> None:
    done = try_faults(tmp_path, few)
    assert done.lost == 0
    assert len(done.tried) >= (5 if few else 14)


@pytest.mark.parametrize("bodies", [250, pytest.param(5_000, marks=pytest.mark.slow)])
def test_no_entry_of_a_damaged_body_goes_missing_without_a_count(
    tmp_path: Path, bodies: int
) -> None:
    done = fuzz(tmp_path, bodies)
    assert done.lost == 0
    assert done.entries > bodies


def test_the_harness_knows_every_failpoint_of_a_pull() -> None:
    assert set(MOMENTS) == {each for each in failpoint.MOMENTS if not each.startswith("replay")}


def test_without_the_variable_a_failpoint_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPEN311_FAILPOINT", raising=False)
    failpoint.reach("after-commit")
    monkeypatch.setenv("OPEN311_FAILPOINT", "before-commit")
    failpoint.reach("after-commit")
    monkeypatch.setenv("OPEN311_FAILPOINT", "before-commit=EIO")
    with pytest.raises(OSError, match="Input/output"):
        failpoint.reach("before-commit")
