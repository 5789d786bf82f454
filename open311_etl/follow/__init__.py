"""Known requests are followed to their end: who is due, how to ask, what is gone (rule 7)."""

from open311_etl.follow.chase import Chase
from open311_etl.follow.plan import FollowPlan, foresee, owe, owed
from open311_etl.follow.updates import changes

__all__ = ["Chase", "FollowPlan", "changes", "foresee", "owe", "owed"]
