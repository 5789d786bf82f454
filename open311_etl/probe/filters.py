"""What other parameters do: extensions, updated_after, lists of ids and of service codes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from open311_etl.probe.look import STANDARD
from open311_etl.probe.reply import Reply, common, share
from open311_etl.probe.study import Study
from open311_etl.probe.times import order

MOST_IDS = 50
"""Longer lists of ids are not asked for (Q-ID-8)."""

_SECOND = timedelta(seconds=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


async def extensions(study: Study) -> None:
    """Tell what ``extensions=true`` adds, and by the way whether a list keeps its order."""
    plain = study.dated if study.dated.rows else study.first
    question = study.question
    more = await study.asker.requests({**question, "extensions": "true"})
    if more.error is not None:
        study.tell("extensions", "refused", more.words, extensions="")
    else:
        before = {name for row in plain.rows for name in row.record}
        added = sorted({name for row in more.rows for name in row.record} - before)
        what = ", ".join(name for name in added if name in STANDARD or len(added) < 6)
        value = f"add {what or common(added)}" if added else "add nothing"
        study.tell("extensions", value, f"{len(plain.rows)} rows without, {len(more.rows)} with")
    _order(study, plain, more)


async def updated_filter(study: Study) -> None:
    """Tell whether ``updated_after`` works, by what comes back (Q-DATE-2)."""
    times = sorted({row.updated for row in study.first.rows if row.updated})
    if len(times) < 5:
        study.unknown("updated filter", f"{len(times)} different times of update are too few")
        return
    low, high = times[len(times) // 3], times[2 * len(times) // 3]
    asked = {
        "updated_after": study.asker.instant(low + study.shift),
        "updated_before": study.asker.instant(high + study.shift, up=True),
    }
    reply = await study.asker.requests(asked)
    got = [row.updated for row in reply.rows if row.updated]
    early = sum(when < low - _SECOND for when in got)
    late = sum(when > high + 2 * _SECOND for when in got)
    said = f"asked for updates from {low:%Y-%m-%d %H:%M:%S} to {high:%Y-%m-%d %H:%M:%S}"
    said += f": {reply.words}"
    if reply.error is not None:
        value = "refused" if reply.error.status == 400 else reply.kind
        study.tell("updated filter", value, said, updated_filter=False)
    elif early:
        said += f", {share(early + late, len(got))} outside"
        study.tell("updated filter", "ignored", said, updated_filter=False)
    elif late:
        said += f", {share(late, len(got))} later"
        study.tell("updated filter", "works, but without updated_before", said, updated_filter=True)
    elif got:
        study.tell("updated filter", "works", f"{said}, all between", updated_filter=True)
    else:
        study.tell(
            "updated filter", "brings nothing", f"{said}, though some are known", "likely",
            updated_filter=False,
        )  # fmt: skip


async def updates_of_old(study: Study) -> None:
    """Tell whether ``updated_after`` reaches requests older than the days given by default."""
    if study.traits["updated filter"].keys.get("updated_filter") is not True:
        return
    newest = max((row.requested for row in study.rows if row.requested), default=None)
    old = [
        row
        for row in study.rows
        if row.requested and row.updated and newest and newest - row.requested > timedelta(days=92)
    ]
    if not old:
        return
    row = max(old, key=lambda each: each.updated or _NEVER)
    assert row.updated is not None
    asked = {
        "updated_after": study.asker.instant(row.updated + study.shift - _SECOND),
        "updated_before": study.asker.instant(row.updated + study.shift + _SECOND, up=True),
    }
    reply = await study.asker.requests(asked)
    old_one = f"{row.id}, requested {row.requested:%Y-%m-%d}"
    if row.key in reply.keys:
        study.amend("updated filter", f"also for {old_one}")
    else:
        study.amend("updated filter", f"not for {old_one}", value="works for recent requests only")


async def id_lists(study: Study) -> None:
    """Tell whether ids can be asked for in a list, and the longest one accepted (Q-ID-8)."""
    known = [row.id for row in study.rows if row.id and "," not in row.id]
    if len(known) < 3:
        study.unknown("id lists", f"{len(known)} ids are too few")
        return
    pair = known[:: max(1, len(known) // 2)][:2]
    reply = await _ids(study, pair)
    said = f"2 ids: {reply.kind}"
    if not set(reply.ids) or not set(reply.ids) <= set(pair):
        value = "ignored" if reply.rows else f"not supported: {reply.kind}"
        study.tell("id lists", value, said, id_list=0)
        return
    if len(set(reply.ids)) < 2:
        study.tell("id lists", "not supported: only one of them comes", said, id_list=0)
        return
    for most in (MOST_IDS, 20, 10):
        asked = known[:most]
        reply = await _ids(study, asked)
        found = len(set(reply.ids) & set(asked))
        said += f"; {len(asked)} ids: {reply.kind}"
        if found > 2:
            cut = found < 0.9 * len(asked)
            value = f"{found} at most" if cut else f"work, {len(asked)} tried"
            study.tell("id lists", value, said, id_list=found if cut else len(asked))
            return
    study.tell("id lists", "work, but not for 10", said, id_list=2)


async def code_lists(study: Study) -> None:
    """Tell whether service codes can be asked for in a list (Q-SVC-9)."""
    start, end = study.start or _NEVER, study.end or study.now
    near = [row for row in study.rows if row.requested and start <= row.requested <= end]
    counts = Counter(row.code for row in near if row.code and "," not in row.code)
    codes = [code for code, _ in counts.most_common()[:-3:-1]]  # the rarest fit on one page
    if len(codes) < 2:
        study.unknown("code lists", "fewer than two service codes were met")
        return
    asked = {**study.question, "service_code": ",".join(codes)}
    reply = await study.asker.requests(asked, size=study.page_size or None)
    found = {row.code for row in reply.rows}
    said = f"{len(codes)} codes: {reply.kind}"
    if found == set(codes):
        study.tell("code lists", "work", f"{said} of both", code_list=True)
    elif found and found <= set(codes):
        study.tell(
            "code lists", "one of two", f"{said}, all of one of them", "likely", code_list=False
        )
    else:
        value = "ignored" if found else f"not supported: {reply.kind}"
        study.tell("code lists", value, said, code_list=False)


def _order(study: Study, plain: Reply, again: Reply) -> None:
    """Tell the order of lists (Q-ORD-1), and whether each call has another one."""
    if len(plain.rows) < 10:
        study.unknown("order", f"{len(plain.rows)} rows are too few")
        return
    if again.rows and not _keeps(plain, again):
        study.random = True
        study.tell("order", "another one at each call", "the same question twice, other rows")
        return
    way, said = order(again.rows or plain.rows)
    study.tell("order", way, said)


def _keeps(one: Reply, other: Reply) -> bool:
    """Say whether two lists have their common rows in one order, and enough of them."""
    places = {key: place for place, key in enumerate(one.keys)}
    common_places = [places[key] for key in other.keys if key in places]
    if 2 * len(common_places) < min(len(one.rows), len(other.rows)):
        return False
    steps = list(pairwise(common_places))
    return sum(b > a for a, b in steps) >= 0.8 * len(steps)


async def _ids(study: Study, ids: list[str]) -> Reply:
    size = max(len(ids), study.page_size) if study.asker.size_param else None
    return await study.asker.requests({"service_request_id": ",".join(ids)}, size=size)
