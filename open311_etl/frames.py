"""Service requests as a frame of pandas or polars, or an Arrow table: what notebooks work with."""

from __future__ import annotations

from typing import Any, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa

from open311_etl import published
from open311_etl.config import Settings
from open311_etl.errors import UsageError
from open311_etl.selection import Selection, Wanted

Into = Literal["pandas", "arrow", "polars"]


def read(settings: Settings, wanted: Wanted, into: Into) -> Any:
    """Read what is wanted of the published data into memory, in the order of time.

    Times know their zone: that of the source where the rows are of one, else UTC; so ``.dt.date``
    is the local day, and a difference of two times is the true length. JSON is text. ``into`` is
    pandas, arrow or polars. Raises
    UsageError, also where the library is not installed, and WarehouseError.
    """
    if into == "arrow":
        return _table(settings, wanted)
    try:
        if into == "pandas":
            import pandas  # noqa: F401, PLC0415 - said before anything is read

            return _table(settings, wanted).to_pandas()
        if into == "polars":
            import polars  # noqa: PLC0415

            return polars.from_arrow(_table(settings, wanted))
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{error.name} is not installed: pip install 'open311-etl[{into}]', or take "
            'into="arrow"'
        ) from None
    raise UsageError(f'into="{into}": there are pandas, arrow and polars')


def _table(settings: Settings, wanted: Wanted) -> pa.Table:
    with published.opened(settings) as (con, _):
        chosen = Selection(con, settings, wanted)
        zones = {part.zone for part in chosen.parts}
        zone = zones.pop() if len(zones) == 1 else ZoneInfo("UTC")
        schema = chosen.schema()
        read = (batch for part in chosen.parts for batch in chosen.read(part))
        return _local(pa.Table.from_batches(read, schema), zone)


def _local(table: pa.Table, zone: ZoneInfo) -> pa.Table:
    """Give the instants of a table in a zone; they stay the instants that they are."""
    fields = [
        field.with_type(pa.timestamp(field.type.unit, zone.key))
        if pa.types.is_timestamp(field.type) and field.type.tz
        else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))
