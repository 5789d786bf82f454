-- what:   the attributes of the services of one source as Parquet
-- grain:  one row per (service_code, code)
-- reads:  service_attributes
-- writes: $file
COPY (
    SELECT * EXCLUDE (source)
    FROM service_attributes
    WHERE source = $source
    ORDER BY service_code, attribute_order, code
) TO $file (FORMAT parquet, COMPRESSION zstd, KV_METADATA $comments);
