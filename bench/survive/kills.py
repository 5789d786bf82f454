"""Pulls that are killed, at random and at each failpoint, until they are done."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.survive.city import Springfield, contents, lost, springfield, start
from open311_etl.config import Settings
from open311_etl.landing import Landing

MOMENTS = {
    "in-landing": 30,
    "after-landing": 30,
    "in-journal": 40,
    "after-journal": 12,
    "in-transaction": 10,
    "before-commit": 6,
    "after-commit": 6,
    "in-marts": 1,
    "publish-staged": 1,
    "publish-before-link": 1,
    "publish-after-link": 1,
}
"""The moments at which a pull or a publish is killed, and the turn of it up to which it may be."""

PER_ROUND = 40
"""Kills of one data directory, before it has to be as if there had been none."""


@dataclass
class Killed:
    """What the kills came to: how many, at which moments, and the rows that differ in the end."""

    kills: int = 0
    rounds: int = 0
    lost: int = 0
    moments: Counter[str] = field(default_factory=Counter)


def kill(place: Path, kills: int, seed: int = 311) -> Killed:
    """Kill pulls and publishes so often, and compare what comes of them with a calm one."""
    draw = random.Random(seed)
    done = Killed()
    with springfield() as town:
        began = time.monotonic()
        for end in town.ends:
            _finish(town, place / "calm", end)
        typical = (time.monotonic() - began) / len(town.ends)
        wanted = contents(town.settings(place / "calm"))
        while done.kills < kills:
            round_place = place / f"round-{done.rounds}"
            settings = town.settings(round_place)
            quota = min(PER_ROUND, kills - done.kills)
            for number, end in enumerate(town.ends):
                share = quota // 2 + (quota % 2) * number
                _kill(town, round_place, end, share, typical=typical, draw=draw, done=done)
            done.rounds += 1
            done.lost += lost(wanted, contents(settings))
            done.lost += lost(wanted, contents(settings, settings.published / "open311.duckdb"))
            done.lost += _unsound(settings)
            print(f"  {done.kills:,} kills so far, {done.lost:,} rows lost", flush=True)
            shutil.rmtree(round_place)
    return done


def _kill(
    town: Springfield,
    place: Path,
    end: datetime,
    quota: int,
    *,
    typical: float,
    draw: random.Random,
    done: Killed,
) -> None:
    """Kill so many pulls up to one moment, then let one finish; an early finish is begun anew."""
    town.city.set_clock(end)
    for _ in range(quota * 3):
        if quota == 0:
            break
        moment = draw.choice([*MOMENTS, *["at random"] * len(MOMENTS)])
        turn = draw.randint(1, MOMENTS.get(moment, 1))
        failpoint = f"{moment}:{turn}" if moment in MOMENTS else ""
        pull = start(town, place, end, failpoint=failpoint)
        pull.join(None if failpoint else draw.uniform(0.05, typical))
        pull.kill()
        pull.join()
        if pull.exitcode == -signal.SIGKILL:
            quota -= 1
            done.kills += 1
            done.moments[moment] += 1
    _finish(town, place, end)


def _finish(town: Springfield, place: Path, end: datetime) -> None:
    town.city.set_clock(end)
    pull = start(town, place, end)
    pull.join()
    if pull.exitcode not in (0, 1):
        raise RuntimeError(f"a pull after kills ended with {pull.exitcode}")


def _unsound(settings: Settings) -> int:
    """Count the bodies that do not hold what they are named for, and the lines not readable."""
    landing = Landing(settings.landing, "springfield")
    damages: list[str] = []
    for run in landing.runs():
        for line in landing.lines(run, damages):
            for page in line.reading.pages if line.reading else ():
                landing.get(page.sha256)
    return len(damages)
