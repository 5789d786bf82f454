-- what:   requests of a window that the source lists no longer, and that were not known to be gone
-- grain:  one row per id
-- reads:  service_requests
-- writes: nothing
SELECT service_request_id AS id
FROM service_requests
WHERE
    source = $source AND gone_at IS NULL
    AND requested_datetime >= $window_start AND requested_datetime < $window_end
    AND NOT list_contains($ids::VARCHAR[], service_request_id)
ORDER BY id;
