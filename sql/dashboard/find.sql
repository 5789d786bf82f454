-- what:   requests by id, address or service within the filters, those that match an id first
-- grain:  one row per request that is found, at most $most
-- reads:  marts.fact_service_requests
-- writes: nothing
SELECT
    source, service_request_id, service_name, status, requested_date, closed_date, address, ward
FROM marts.fact_service_requests
WHERE
    (
        starts_with(lower(service_request_id), lower($text))
        OR contains(lower(address), lower($text))
        OR contains(lower(service_name), lower($text))
    )
    AND (len($source::VARCHAR[]) = 0 OR list_contains($source::VARCHAR[], source))
    AND (len($service::VARCHAR[]) = 0 OR list_contains($service::VARCHAR[], service_code))
    AND (len($group::VARCHAR[]) = 0 OR list_contains($group::VARCHAR[], service_group))
    AND (len($ward::VARCHAR[]) = 0 OR list_contains($ward::VARCHAR[], coalesce(ward, 'none')))
    AND (len($channel::VARCHAR[]) = 0 OR list_contains($channel::VARCHAR[], coalesce(channel, 'none')))
    AND (len($status::VARCHAR[]) = 0 OR list_contains($status::VARCHAR[], coalesce(status, 'none')))
    AND ($first_day::DATE IS NULL OR requested_date >= $first_day::DATE)
    AND ($last_day::DATE IS NULL OR requested_date <= $last_day::DATE)
ORDER BY
    lower(service_request_id) = lower($text) DESC, starts_with(lower(service_request_id), lower($text)) DESC,
    requested_datetime DESC NULLS LAST, service_request_id
LIMIT $most
