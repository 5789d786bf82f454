-- what:   What is asked for more than before?
-- topic:  volume
-- counts: the last 28 whole days against the 28 before, by service: the same weekdays on both sides
-- trap:   a season is growth, too; a service of another code is a new one, not a growing one
-- grain:  one row per source and service
-- reads:  marts.fact_service_requests, marts.as_of
WITH counted AS (
    SELECT
        f.source, f.service_name,
        count(*) FILTER (f.requested_date > a.last_whole_day - 28) AS requests,
        count(*) FILTER (f.requested_date <= a.last_whole_day - 28) AS before
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE
        f.is_counted
        AND f.requested_date > a.last_whole_day - 56
        AND f.requested_date <= a.last_whole_day
    GROUP BY f.source, f.service_code, f.service_name
)

SELECT source, service_name, requests, before, requests - before AS more
FROM counted
WHERE requests + before >= 10
ORDER BY more DESC, source, service_name
LIMIT 20;
