-- what:   the versions of the services of one source as Parquet
-- grain:  one row per version
-- reads:  service_versions
-- writes: $file
COPY (
    SELECT * EXCLUDE (source) REPLACE (extra::VARCHAR AS extra)
    FROM service_versions
    WHERE source = $source
    ORDER BY service_code, valid_from
) TO $file (FORMAT parquet, COMPRESSION zstd, KV_METADATA $comments);
