-- what:   what the last pull found new: made since the pull before, pending then, or shown late
-- grain:  one row
-- reads:  service_requests, etl.runs, etl.pending
-- writes: nothing
WITH pull AS (
    SELECT max(as_of) AS last, min(as_of) AS first
    FROM etl.runs
),

arrived AS (
    SELECT
        r.requested_datetime > p.first AS fresh,
        r.service_request_id IN (
            SELECT service_request_id FROM etl.pending WHERE service_request_id IS NOT NULL
        ) AS pended
    FROM service_requests AS r
    INNER JOIN pull AS p ON r.first_seen_at >= p.last
)

SELECT
    count(*) FILTER (fresh)::BIGINT AS fresh,
    count(*) FILTER (NOT fresh AND pended)::BIGINT AS pended,
    count(*) FILTER (NOT fresh AND NOT pended)::BIGINT AS late
FROM arrived;
