-- what:   How many requests are made each day?
-- topic:  volume
-- counts: requests by local day, the last 28 whole days; days without any are there with 0
-- trap:   the newest days still grow: late requests come in for about two weeks (is_settled says so)
-- grain:  one row per source and day
-- reads:  marts.fact_service_requests, marts.as_of, marts.dim_day
SELECT
    a.source, d.day, d.weekday_name,
    count(f.service_request_id) AS requests,
    d.day <= a.settled_day AS is_settled
FROM marts.as_of AS a
INNER JOIN marts.dim_day AS d ON d.day > a.last_whole_day - 28 AND d.day <= a.last_whole_day
LEFT JOIN marts.fact_service_requests AS f
    ON f.source = a.source AND f.requested_date = d.day AND f.is_counted
GROUP BY a.source, d.day, d.weekday_name, a.settled_day
ORDER BY a.source, d.day;
