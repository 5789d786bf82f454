-- what:   the services of one source as Parquet
-- grain:  one row per service_code
-- reads:  services
-- writes: $file
-- What only says when a pull last looked stays out: it moves with every look.
COPY (
    SELECT
        * EXCLUDE (source, last_seen_at, absences, definition_asked_at)
        REPLACE (extra::VARCHAR AS extra)
    FROM services
    WHERE source = $source
    ORDER BY service_code
) TO $file (FORMAT parquet, COMPRESSION zstd, KV_METADATA $comments);
