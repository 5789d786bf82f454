-- what:   how things stand with each source: freshness, size, what lacks
-- grain:  one row per source that was pulled
-- reads:  etl.runs, marts.as_of, marts.fact_service_requests, etl.pending
-- writes: nothing
WITH told AS (
    SELECT
        source, count(*) AS requests, count(*) FILTER (requested_date IS NULL) AS undated,
        count(*) FILTER (is_gone) AS gone, max(requested_datetime) AS newest,
        count(*) FILTER (lat IS NOT NULL) AS located, count(*) FILTER (ward IS NOT NULL) AS warded,
        count(*) FILTER (first_expected_datetime IS NOT NULL) AS expected
    FROM marts.fact_service_requests
    GROUP BY source
),

waiting AS (
    SELECT source, count(*) FILTER (resolved_at IS NULL) AS waiting, count(*) AS pending
    FROM etl.pending
    GROUP BY source
)

SELECT
    s.source, a.title, coalesce(a.timezone, 'UTC') AS zone, a.as_of, a.as_of_date, a.settled_day,
    coalesce(t.requests, 0) AS requests, coalesce(t.undated, 0) AS undated,
    coalesce(t.gone, 0) AS gone, t.newest, coalesce(t.located, 0) AS located,
    coalesce(t.warded, 0) AS warded, coalesce(t.expected, 0) AS expected,
    coalesce(w.waiting, 0) AS waiting, coalesce(w.pending, 0) AS pending
FROM (SELECT DISTINCT source FROM etl.runs) AS s
LEFT JOIN marts.as_of AS a ON a.source = s.source
LEFT JOIN told AS t ON t.source = s.source
LEFT JOIN waiting AS w ON w.source = s.source
ORDER BY s.source
