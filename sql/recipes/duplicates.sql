-- what:   What is reported twice and more?
-- topic:  people
-- counts: requests that the city marks as duplicates, by service, with their share
-- trap:   a city that marks none has not none; it may close them as something else
-- grain:  one row per source and service
-- reads:  marts.fact_service_requests
SELECT
    source, service_name,
    count(*) AS requests,
    count(*) FILTER (is_duplicate) AS duplicates,
    round(100.0 * count(*) FILTER (is_duplicate) / count(*), 1) AS percent
FROM marts.fact_service_requests
WHERE NOT is_info_only
GROUP BY source, service_code, service_name
HAVING count(*) FILTER (is_duplicate) > 0
ORDER BY duplicates DESC, source, service_name
LIMIT 20;
