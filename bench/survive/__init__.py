"""What it survives: kills at any moment, disks that fail, bodies that are damaged; rows lost.

    python -m bench survive                              the figures of docs/reliability.md
    python -m bench.survive --kills 20 --bodies 100      a short run

A city is pulled and published in processes that are killed again and again, at random and at each
of the moments of ``open311_etl.failpoint``, until all is done; then every table is compared with
those of a pull that nobody killed. It ends with an error where they differ.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench.survive.bodies import fuzz
from bench.survive.faults import try_faults
from bench.survive.kills import kill


def main(arguments: list[str] | None = None) -> None:
    """Run all three harnesses and print what was survived."""
    parser = argparse.ArgumentParser(prog="python -m bench.survive", description=__doc__)
    parser.add_argument("--kills", type=int, default=400, metavar="N")
    parser.add_argument("--bodies", type=int, default=3_000, metavar="N")
    parser.add_argument("--seed", type=int, default=311, metavar="N")
    options = parser.parse_args([] if arguments is None else arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="open311-survive-") as folder:
        bodies = fuzz(Path(folder) / "bodies", options.bodies, options.seed)
        became = ", ".join(f"{count:,} {what}" for what, count in bodies.became.items() if count)
        print(f"bodies fuzzed   {bodies.bodies:6,}  {bodies.refused:,} refused as a whole")
        print(f"  entries       {bodies.entries:6,}  {became}", flush=True)
        faults = try_faults(Path(folder) / "faults")
        print(f"faults tried    {len(faults.tried):6,}  {'; '.join(faults.tried)}", flush=True)
        killed = kill(Path(folder) / "kills", options.kills, options.seed)
    print(f"kills survived  {killed.kills:6,}  in {killed.rounds} rounds, each equal to a calm one")
    for moment, times in sorted(killed.moments.items()):
        print(f"  {moment:22} {times:4}")
    lost = killed.lost + faults.lost + bodies.lost
    print(f"rows lost       {lost:6,}")
    print(f"seconds         {time.monotonic() - began:6.0f}")
    if lost:
        sys.exit("rows were lost")
