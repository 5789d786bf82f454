-- what:   service attribute versions of one source as Parquet
-- grain:  one row per version
-- reads:  service_attribute_versions
-- writes: $file
COPY (
    SELECT * EXCLUDE (source)
    FROM service_attribute_versions
    WHERE source = $source
    ORDER BY service_code, code, valid_from
) TO $file (FORMAT parquet, COMPRESSION zstd, KV_METADATA $comments);
