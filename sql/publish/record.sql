-- what:   notes the partitions that were written
-- grain:  one row per partition
-- reads:  nothing
-- writes: etl.partitions
INSERT INTO etl.partitions BY NAME
SELECT
    unnest($paths::VARCHAR[]) AS path,
    unnest($fingerprints::VARCHAR[]) AS fingerprint,
    unnest($rows::BIGINT[]) AS rows,
    unnest($bytes::BIGINT[]) AS bytes,
    $written_at::TIMESTAMPTZ AS written_at;
