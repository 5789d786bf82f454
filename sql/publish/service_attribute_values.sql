-- what:   the values of the attributes of one source as Parquet
-- grain:  one row per value
-- reads:  service_attribute_values
-- writes: $file
COPY (
    SELECT * EXCLUDE (source)
    FROM service_attribute_values
    WHERE source = $source
    ORDER BY service_code, code, value_number
) TO $file (FORMAT parquet, COMPRESSION zstd, KV_METADATA $comments);
