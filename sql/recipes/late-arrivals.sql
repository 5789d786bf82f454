-- what:   How many requests come to light only days after they were made?
-- topic:  trust
-- counts: requests first seen more than a day after they were made, of those made after the first pull
-- trap:   without frequent pulls everything arrives late; the first pull finds old ones by nature
-- grain:  one row per source
-- reads:  marts.fact_service_requests
WITH begun AS (
    SELECT source, min(first_seen_at) AS first_pull FROM marts.fact_service_requests GROUP BY source
)

SELECT
    f.source, count(*) AS requests,
    count(*) FILTER (epoch(f.first_seen_at) - epoch(f.requested_datetime) > 86400) AS late,
    round(max(epoch(f.first_seen_at) - epoch(f.requested_datetime)) / 86400, 1) AS most_days
FROM marts.fact_service_requests AS f
INNER JOIN begun AS b ON b.source = f.source
WHERE f.requested_datetime > b.first_pull
GROUP BY f.source
ORDER BY f.source;
