-- what:   What do people ask for most?
-- topic:  volume
-- counts: requests of the last 90 whole days by service; duplicates and information-only requests
--         are shown beside, not in the number
-- trap:   a service that the city renamed stands under its new name, one that it replaced by another
--         code stands twice
-- grain:  one row per source and service
-- reads:  marts.fact_service_requests, marts.as_of
SELECT
    f.source, f.service_name,
    count(*) FILTER (f.is_counted) AS requests,
    count(*) FILTER (f.is_duplicate) AS duplicates,
    round(100.0 * count(*) FILTER (f.is_open AND f.is_counted) / nullif(count(*) FILTER (f.is_counted), 0), 1)
        AS percent_open
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
WHERE f.requested_date > a.last_whole_day - 90 AND f.requested_date <= a.last_whole_day
GROUP BY f.source, f.service_code, f.service_name
ORDER BY requests DESC, f.source, f.service_name
LIMIT 20;
