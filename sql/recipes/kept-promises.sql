-- what:   Does the city keep its own promises?
-- topic:  quality of service
-- counts: requests whose first expected time has passed, closed at or before it, by group
-- trap:   "closed on time of all closed" leaves the open and late ones out; targets can be moved
--         afterwards, so the first one counts
-- grain:  one row per source and group
-- reads:  marts.fact_service_requests, marts.as_of
SELECT
    f.source, f.service_group,
    count(*) AS due,
    count(*) FILTER (f.closed_datetime <= f.first_expected_datetime) AS kept,
    round(100.0 * count(*) FILTER (f.closed_datetime <= f.first_expected_datetime) / count(*), 1) AS percent
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
WHERE f.is_counted AND f.first_expected_datetime <= a.as_of
GROUP BY f.source, f.service_group
ORDER BY f.source, percent DESC, f.service_group;
