-- what:   requests of the last ten local days
-- grain:  one row per day
-- reads:  service_requests
-- writes: nothing
SELECT
    (requested_datetime AT TIME ZONE $zone)::DATE AS day,
    count(*)::BIGINT AS requests,
    count(*) FILTER (status = 'open')::BIGINT AS still_open
FROM service_requests
GROUP BY ALL
ORDER BY day DESC
LIMIT 10;
