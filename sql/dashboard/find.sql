-- what:   requests by id, address, service or words, those that match an id first
-- grain:  one row per request that is found, at most $most
-- reads:  marts.fact_service_requests
-- writes: nothing
SELECT
    source, service_request_id, service_name, status, requested_date, closed_date, address, ward
FROM marts.fact_service_requests
WHERE
    ($source::VARCHAR IS NULL OR source = $source)
    AND (
        starts_with(lower(service_request_id), lower($text))
        OR contains(lower(address), lower($text))
        OR contains(lower(service_name), lower($text))
    )
ORDER BY
    lower(service_request_id) = lower($text) DESC, starts_with(lower(service_request_id), lower($text)) DESC,
    requested_datetime DESC NULLS LAST, service_request_id
LIMIT $most
