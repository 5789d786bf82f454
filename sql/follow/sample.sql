-- what:   a sample of those of whom the updated filter says that they did not change
-- grain:  one row per request, another sample for each run
-- reads:  service_requests
-- writes: nothing
SELECT service_request_id
FROM service_requests
WHERE
    source = $source AND gone_at IS NULL AND last_seen_at < $now
    AND epoch($now) - epoch(coalesce(requested_datetime, first_seen_at)) <= $horizon
ORDER BY coalesce(status = 'closed', false), md5(service_request_id || $run_id)
LIMIT $most;
