-- what:   What share is closed within 7 days?
-- topic:  speed
-- counts: requests by local month in which they were made, closed within 7 days; only those that are
--         7 days old
-- trap:   requests that are too young to have had their 7 days would pull the newest month down
-- grain:  one row per source and month
-- reads:  marts.fact_service_requests, marts.as_of
SELECT
    f.source, f.requested_month AS month,
    count(*) AS requests,
    count(*) FILTER (f.days_to_close <= 7) AS in_time,
    round(100.0 * count(*) FILTER (f.days_to_close <= 7) / count(*), 1) AS percent
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
WHERE f.is_counted AND f.requested_datetime <= a.as_of - INTERVAL 168 HOUR
GROUP BY f.source, f.requested_month
ORDER BY f.source, month;
