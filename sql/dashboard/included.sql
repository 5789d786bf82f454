-- what:   the requests that a page without a server can search
-- grain:  one row per request, at most $most: half of them open, half not, those that changed last
-- reads:  marts.fact_service_requests
-- writes: nothing
WITH ranked AS (
    SELECT
        source, service_request_id,
        row_number() OVER (
            PARTITION BY is_open
            ORDER BY
                greatest(requested_datetime, updated_datetime) DESC NULLS LAST, source, service_request_id
        ) AS place
    FROM marts.fact_service_requests
)

SELECT source, service_request_id
FROM ranked
ORDER BY place, source, service_request_id
LIMIT $most
