-- what:   requests by status, and the median days in which those that are closed were closed
-- grain:  one row per status
-- reads:  service_requests
-- writes: nothing
SELECT
    coalesce(status, 'none') AS status,
    count(*)::BIGINT AS requests,
    median((epoch_us(closed_datetime) - epoch_us(requested_datetime)) / 86400e6)
        FILTER (WHERE status = 'closed') AS days_to_close
FROM service_requests
GROUP BY ALL
ORDER BY requests DESC, status;
