-- what:   How does each department's work change over the months?
-- topic:  volume
-- counts: requests by local month and group of services; months that are not whole are left out
-- trap:   half a month beside whole ones looks like a fall; the first month counts only if it was
--         pulled from its first day
-- grain:  one row per source, month and group
-- reads:  marts.fact_service_requests, marts.as_of
SELECT f.source, f.requested_month AS month, f.service_group, count(*) AS requests
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
WHERE
    f.is_counted
    AND f.requested_month >= a.first_day
    AND f.requested_month < date_trunc('month', a.as_of_date)
GROUP BY f.source, f.requested_month, f.service_group
ORDER BY f.source, month, requests DESC, f.service_group;
