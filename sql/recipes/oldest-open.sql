-- what:   Which requests have been open for longest?
-- topic:  backlog
-- counts: open requests by the days since they were made, up to the last pull
-- trap:   some are forgotten tickets that nobody closes; they are real to the person who waits
-- grain:  one row per request
-- reads:  marts.fact_service_requests, marts.as_of
SELECT
    f.source, f.service_request_id, f.service_name, f.address, f.requested_date,
    a.as_of_date - f.requested_date AS days_open
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
WHERE f.is_open AND f.is_counted AND f.requested_date IS NOT NULL
ORDER BY f.requested_datetime, f.source, f.service_request_id
LIMIT 20;
