-- what:   What is overdue now?
-- topic:  backlog
-- counts: open requests whose expected time has passed at the last pull, by service
-- trap:   a request without an expected time is never overdue; look at how many have one
-- grain:  one row per source and service
-- reads:  marts.fact_service_requests, marts.as_of
SELECT
    f.source, f.service_name,
    count(*) FILTER (f.expected_datetime < a.as_of) AS overdue,
    count(*) AS open_requests,
    count(f.expected_datetime) AS with_expected_time,
    round(max(epoch(a.as_of) - epoch(f.expected_datetime)) / 86400, 1) AS most_days_late
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
WHERE f.is_open AND f.is_counted
GROUP BY f.source, f.service_code, f.service_name
HAVING count(*) FILTER (f.expected_datetime < a.as_of) > 0
ORDER BY overdue DESC, f.source, f.service_name
LIMIT 20;
