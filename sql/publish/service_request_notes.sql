-- what:   one partition of service_request_notes as Parquet: the notes of the month's requests
-- grain:  one row per note
-- reads:  service_request_notes, service_requests
-- writes: $file
COPY (
    SELECT
        n.* EXCLUDE (source) REPLACE (n.extended_attributes::VARCHAR AS extended_attributes)
    FROM service_request_notes AS n
    SEMI JOIN (
        SELECT source, service_request_id
        FROM service_requests
        WHERE
            source = $source
            AND (
                (
                    requested_datetime >= to_timestamp($month_start)
                    AND requested_datetime < to_timestamp($month_end)
                )
                OR ($month_start IS NULL AND requested_datetime IS NULL)
            )
    ) AS r
        ON r.source = n.source AND r.service_request_id = n.service_request_id
    ORDER BY n.note_datetime, n.service_request_id, n.note_number
) TO $file (
    -- Level 1 costs a fifth less time than 3 and hardly a byte more.
    FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 61440,
    KV_METADATA $comments
);
