-- what:   notes up to when a source is known
-- grain:  one row
-- reads:  etl.runs, etl.windows, etl.sources, service_requests
-- writes: marts.as_of
-- A run that refreshed only the catalog says nothing of requests.
DELETE FROM marts.as_of WHERE source = $source;

INSERT INTO marts.as_of BY NAME
WITH ended AS (
    SELECT max(r.as_of) AS as_of, arg_max(r.result, r.as_of) = 'debt' AS with_debt
    FROM etl.runs AS r
    SEMI JOIN etl.windows AS w ON w.run_id = r.run_id AND w.kind <> 'catalog'
    WHERE r.source = $source AND r.result IN ('complete', 'debt')
),

known AS (
    SELECT
        coalesce(
            e.as_of,
            (SELECT max(last_seen_at) FROM service_requests WHERE source = $source)
        ) AS as_of,
        coalesce(e.with_debt, true) AS with_debt
    FROM ended AS e
),

-- The stretch begins at the last gap before as_of.
stretch AS (
    SELECT max(span_start) AS began
    FROM (
        SELECT
            span_start,
            lag(span_end) OVER (ORDER BY span_start) IS DISTINCT FROM span_start AS begins
        FROM etl.coverage
        WHERE source = $source
    )
    WHERE begins
)

SELECT
    $source AS source,
    coalesce(s.title, $source) AS title,
    $zone AS timezone,
    k.as_of,
    timezone($zone, k.as_of)::DATE AS as_of_date,
    timezone($zone, k.as_of)::DATE - 1 AS last_whole_day,
    -- A day that the stretch enters in its middle is not whole.
    timezone($zone, to_timestamp(epoch(b.began) + 86399))::DATE AS first_day,
    timezone($zone, k.as_of)::DATE - 1 - ceil(coalesce(s.settle_days, 14))::INTEGER AS settled_day,
    k.with_debt
FROM known AS k
CROSS JOIN stretch AS b
LEFT JOIN etl.sources AS s ON s.source = $source
WHERE k.as_of IS NOT NULL;
