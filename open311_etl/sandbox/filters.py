"""How a server reads the filters of a list: dates, updates, ids, codes, status, extensions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from open311_etl.sandbox.clock import DAY, unlocal
from open311_etl.sandbox.listing import Choice
from open311_etl.sandbox.options import Amount, Count
from open311_etl.sandbox.question import Call, Refusal


@dataclass(frozen=True)
class Filters:
    """The ways of filtering; by default Chicago's."""

    default_days: Annotated[Amount, "days given where no dates are sent; 0: all (Q-WIN-2)"] = 90
    span_days: Annotated[Amount, "longest span between two dates; 0: any (Q-WIN-3)"] = 0
    span_over: Annotated[
        Literal["refused", "clipped"], "a longer span is a 400, or silently loses its older end"
    ] = "refused"
    start_inclusive: Annotated[bool, "start_date itself is inside (Q-DATE-1)"] = True
    end_inclusive: Annotated[bool, "end_date itself is inside (Q-DATE-1)"] = True
    date_filter: Annotated[
        Literal["requested", "ignored", "or", "reversed"],
        "'or': either date suffices (Q-DATE-3); 'reversed': the rows outside",
    ] = "requested"
    updated_filter: Annotated[
        Literal["works", "ignored", "refused", "windowed", "lossy"],
        "'windowed': dates count as well (Q-DATE-2); 'lossy': leaves out every third request",
    ] = "works"
    id_lists: Annotated[
        Literal["works", "single", "ignored", "refused"],
        "service_request_id=a,b; 'single': the whole text is one id (Q-ID-8)",
    ] = "works"
    id_list_most: Annotated[
        Count, "ids of a list after so many are dropped; 0: no cap (Q-ID-8)"
    ] = 0
    code_lists: Annotated[Literal["works", "single"], "service_code=a,b (Q-SVC-9)"] = "works"
    unknown_code: Annotated[
        Literal["empty", "404"], "an unknown service_code in the filter (Q-ERR-6)"
    ] = "empty"
    status_lists: Annotated[Literal["works", "single"], "status=open,closed (Q-STAT-2)"] = "works"
    default_status: Annotated[str, "status where none is sent, such as open (Q-STAT-2)"] = ""
    extensions: Annotated[
        Literal["works", "ignored", "always"], "what extensions=true does (Q-EXT-1)"
    ] = "works"


def read_choice(
    call: Call, now: int, ways: Filters, *, local: ZoneInfo | None = None, fractional: bool = False
) -> Choice:
    """Give what a call for requests asks for, as this server understands it.

    A list of ids overrides all else. ``local`` is the zone of a server that takes dates, too, for
    its own local time (Q-DATE-7). Where times are ``fractional``, none is at or before a whole
    second that it shows.
    """
    ids = _ids(call, ways)
    if ids is not None:
        return Choice(ids=ids)
    after, before = _updated(call, ways)
    start, end = call.moment("start_date"), call.moment("end_date")
    if local:
        start, end, after, before = (
            None if each is None else unlocal(each, local) for each in (start, end, after, before)
        )
    if fractional:
        end, before = (None if each is None else each - 1 for each in (end, before))
    touched = (after, before) != (None, None) and ways.updated_filter != "windowed"
    if start is None and ways.default_days and not touched:
        start = (now if end is None else end) - int(ways.default_days * DAY)
    choice = Choice(start, end, after, before, _status(call, ways), _codes(call, ways))
    if ways.updated_filter == "lossy" and (after, before) != (None, None):
        choice = replace(choice, lossy=True)
    return _bent(_spanned(choice, now, ways), ways)


def wants_extensions(call: Call, ways: Filters) -> bool:
    """Tell whether notes and extended attributes are given."""
    if ways.extensions == "works":
        return call.params.get("extensions", "").lower() == "true"
    return ways.extensions == "always"


def _updated(call: Call, ways: Filters) -> tuple[int | None, int | None]:
    after, before = call.moment("updated_after"), call.moment("updated_before")
    if ways.updated_filter == "refused" and (after, before) != (None, None):
        raise Refusal(400, "updated_after and updated_before are not supported")
    return (None, None) if ways.updated_filter == "ignored" else (after, before)


def _ids(call: Call, ways: Filters) -> frozenset[str] | None:
    given = call.params.get("service_request_id", "")
    if not given or ways.id_lists == "ignored":
        return None
    if ways.id_lists == "single" or "," not in given:
        return frozenset((given,))
    if ways.id_lists == "refused":
        raise Refusal(400, "service_request_id takes one id")
    listed = [part.strip() for part in given.split(",")]
    return frozenset(listed[: ways.id_list_most or None])


def _codes(call: Call, ways: Filters) -> frozenset[str] | None:
    given = call.params.get("service_code", "")
    if ways.code_lists == "single":
        return frozenset((given,)) if given else None
    return call.listed("service_code")


def _status(call: Call, ways: Filters) -> frozenset[str] | None:
    given = (call.params.get("status") or ways.default_status).lower()
    if not given:
        return None
    if ways.status_lists == "single":
        return frozenset((given,))
    return frozenset(part.strip() for part in given.split(","))


def _spanned(choice: Choice, now: int, ways: Filters) -> Choice:
    if not ways.span_days or choice.start is None:
        return choice
    end = now if choice.end is None else choice.end
    most = int(ways.span_days * DAY)
    if end - choice.start <= most:
        return choice
    if ways.span_over == "refused":
        raise Refusal(400, f"start_date and end_date may span {ways.span_days:g} days at most")
    return replace(choice, start=end - most)


def _bent(choice: Choice, ways: Filters) -> Choice:
    """Change the bounds into those that this server really uses."""
    start, end = choice.start, choice.end
    if ways.date_filter == "ignored" or (ways.date_filter == "or" and None not in (start, end)):
        return replace(choice, start=None, end=None)
    if start is not None and not ways.start_inclusive:
        start += 1
    if end is not None and not ways.end_inclusive:
        end -= 1
    return replace(choice, start=start, end=end, outside=ways.date_filter == "reversed")
