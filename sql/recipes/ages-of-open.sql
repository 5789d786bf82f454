-- what:   How old is what is still open?
-- topic:  backlog
-- counts: open requests by age at the last pull, in classes of whole days
-- trap:   the ages of open requests are not how long a request takes: the quick ones are gone
-- grain:  one row per source and class
-- reads:  marts.fact_service_requests, marts.as_of
WITH aged AS (
    SELECT f.source, (epoch(a.as_of) - epoch(f.requested_datetime)) / 86400 AS days
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE f.is_open AND f.is_counted AND f.requested_datetime IS NOT NULL
)

SELECT
    source,
    CASE
        WHEN days <= 7 THEN '1: up to 7 days'
        WHEN days <= 30 THEN '2: 8 to 30 days'
        WHEN days <= 90 THEN '3: 31 to 90 days'
        WHEN days <= 365 THEN '4: 91 to 365 days'
        ELSE '5: more than a year'
    END AS age,
    count(*) AS open_requests
FROM aged
GROUP BY ALL
ORDER BY ALL;
