-- what:   Does a picture go with a quicker closing?
-- topic:  people
-- counts: requests that are 7 days old, with and without media_url, and the share closed in 7 days
-- trap:   pictures come with apps, and apps with other services: no cause, before services are compared
-- grain:  one row per source and yes or no
-- reads:  service_requests, marts.fact_service_requests, marts.as_of
SELECT
    f.source, r.media_url IS NOT NULL AS with_picture,
    count(*) AS requests,
    count(*) FILTER (f.days_to_close <= 7) AS in_a_week,
    round(100.0 * count(*) FILTER (f.days_to_close <= 7) / count(*), 1) AS percent
FROM marts.fact_service_requests AS f
INNER JOIN service_requests AS r
    ON r.source = f.source AND r.service_request_id = f.service_request_id
INNER JOIN marts.as_of AS a ON a.source = f.source
WHERE f.is_counted AND f.requested_datetime <= a.as_of - INTERVAL 168 HOUR
GROUP BY ALL
ORDER BY ALL;
