-- what:   the partitions as they were last written
-- grain:  one row per partition
-- reads:  etl.partitions
-- writes: nothing
SELECT path, fingerprint, rows, bytes FROM etl.partitions;
