-- what:   Which services are often closed within ten minutes?
-- topic:  quality of service
-- counts: closed requests, and those closed less than ten minutes after they were made
-- trap:   a quick closing can be right: a referral on the phone, a duplicate (left out here)
-- grain:  one row per source and service
-- reads:  marts.fact_service_requests
SELECT
    source, service_name,
    count(*) AS closed,
    count(*) FILTER (days_to_close * 1440 < 10) AS quick,
    round(100.0 * count(*) FILTER (days_to_close * 1440 < 10) / count(*), 1) AS percent
FROM marts.fact_service_requests
WHERE is_counted AND days_to_close IS NOT NULL
GROUP BY source, service_code, service_name
HAVING count(*) FILTER (days_to_close * 1440 < 10) > 0
ORDER BY quick DESC, source, service_name
LIMIT 20;
