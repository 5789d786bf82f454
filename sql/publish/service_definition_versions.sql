-- what:   service definition versions of one source as Parquet
-- grain:  one row per version
-- reads:  service_definition_versions
-- writes: $file
COPY (
    SELECT * EXCLUDE (source)
    FROM service_definition_versions
    WHERE source = $source
    ORDER BY service_code, valid_from
) TO $file (FORMAT parquet, COMPRESSION zstd, KV_METADATA $comments);
