-- what:   forgets partitions: those that are no more, and those that are to be written (again)
-- grain:  one row per partition
-- reads:  nothing
-- writes: etl.partitions
DELETE FROM etl.partitions WHERE path IN (SELECT unnest($paths::VARCHAR[]));
