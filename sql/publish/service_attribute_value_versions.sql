-- what:   service attribute value versions of one source as Parquet
-- grain:  one row per version
-- reads:  service_attribute_value_versions
-- writes: $file
COPY (
    SELECT * EXCLUDE (source)
    FROM service_attribute_value_versions
    WHERE source = $source
    ORDER BY service_code, code, value_number, valid_from
) TO $file (FORMAT parquet, COMPRESSION zstd, KV_METADATA $comments);
