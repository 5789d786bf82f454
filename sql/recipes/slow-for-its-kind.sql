-- what:   Which closed requests took far longer than is usual for their service?
-- topic:  speed
-- counts: days to close against the median of closed requests of the same service (20 or more of them)
-- trap:   a long wait may have its reason: weather, season, another request that had to come first
-- grain:  one row per request
-- reads:  marts.fact_service_requests
WITH usual AS (
    SELECT source, service_code, median(days_to_close) AS days
    FROM marts.fact_service_requests
    WHERE is_counted AND days_to_close IS NOT NULL
    GROUP BY source, service_code
    HAVING count(*) >= 20
)

SELECT
    f.source, f.service_request_id, f.service_name, f.address,
    round(f.days_to_close, 1) AS days, round(u.days, 1) AS usual_days,
    round(f.days_to_close / u.days, 1) AS times_usual
FROM marts.fact_service_requests AS f
INNER JOIN usual AS u ON u.source = f.source AND u.service_code = f.service_code
WHERE f.is_counted AND f.days_to_close IS NOT NULL AND u.days > 0
ORDER BY f.days_to_close / u.days DESC, f.source, f.service_request_id
LIMIT 20;
