"""One run's way through the known requests that are due, round by round, within its budget."""

from __future__ import annotations

from open311_etl import ledger, warehouse
from open311_etl.config import Source
from open311_etl.follow.asker import Asker
from open311_etl.follow.plan import FollowPlan, plan
from open311_etl.model import Outcome, Run, Window
from open311_etl.walk import Walker
from open311_etl.warehouse import Connection

ROUNDS = 5
"""A sample, what it makes due, whom windows lacked, windows of the denied: then all is asked."""


class Chase:
    """Plans and asks until nothing is left that this run may ask for known requests.

    ``budget`` is how many calls it may make; what an interrupted part of the run has spent counts.
    """

    def __init__(self, walker: Walker, source: Source, run: Run, budget: int) -> None:
        self._walker = walker
        self._source = source
        self._run = run
        self._budget = budget
        self._asked: set[str] = set()
        self._swept: set[Window] = set()
        self._rounds = 0
        self._made_before: int | None = None

    def next(self, con: Connection) -> FollowPlan:
        """Plan the next round, from what the warehouse holds by now; an empty plan ends it."""
        made = self._walker.client.requests_made
        if self._made_before is None:
            (row,) = warehouse.rows(
                con, "follow/spent", source=self._source.name, run_id=self._run.id
            )
            self._made_before = made - int(row["spent"])
        self._rounds += 1
        if self._rounds > ROUNDS:
            return FollowPlan()
        planned = plan(
            con,
            self._source,
            self._run,
            ledger.coverage(con, self._source.name),
            budget=max(0, self._budget - (made - self._made_before)),
            asked=self._asked,
            swept=self._swept,
        )
        self._swept.update(planned.sweeps)
        return planned

    async def ask(self, planned: FollowPlan) -> list[Outcome]:
        """Ask for the requests of a plan, one by one and in lists; raises SourceDown."""
        asker = Asker(
            self._walker,
            self._run,
            batch=planned.batch,
            proven=planned.proven_batch,
            control=planned.control,
        )
        outcomes = [*await asker.ask_singly(planned.singles), *await asker.ask(planned.ids)]
        self._asked |= asker.asked
        return outcomes
