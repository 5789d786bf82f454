-- what:   the sources that have requests, and their zones
-- grain:  one row per source
-- reads:  service_requests, etl.runs, etl.sources
-- writes: nothing
SELECT r.source, coalesce(any_value(s.timezone), 'UTC') AS zone
FROM (
    SELECT DISTINCT source FROM service_requests
    UNION
    SELECT source FROM etl.runs
) AS r
LEFT JOIN etl.sources AS s ON s.source = r.source
GROUP BY r.source
ORDER BY r.source;
