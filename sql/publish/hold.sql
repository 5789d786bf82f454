-- what:   makes the open transaction one that writes, though it changes nothing
-- grain:  -
-- reads:  nothing
-- writes: etl.partitions
-- While such a transaction is open, DuckDB makes no checkpoint, so the database file stays as the
-- last one left it; what others commit meanwhile goes to the log beside it.
UPDATE etl.partitions SET rows = rows WHERE false;
