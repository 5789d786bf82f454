-- what:   How fresh are the data?
-- topic:  trust
-- counts: the newest request of each source against the last pull, and whether that left a debt
-- trap:   a city that is asleep and a feed that is stuck look alike: compare with the usual day
-- grain:  one row per source
-- reads:  marts.fact_service_requests, marts.as_of
SELECT
    a.source, a.as_of, max(f.requested_datetime) AS newest_request,
    round((epoch(a.as_of) - epoch(max(f.requested_datetime))) / 3600, 1) AS hours_behind,
    count(f.service_request_id) AS requests, a.with_debt
FROM marts.as_of AS a
LEFT JOIN marts.fact_service_requests AS f ON f.source = a.source
GROUP BY a.source, a.as_of, a.with_debt
ORDER BY a.source;
