-- what:   the last pulls
-- grain:  one row per run
-- reads:  etl.runs, etl.windows
-- writes: nothing
SELECT
    r.run_id, r.started_at, r.ended_at, r.as_of, coalesce(r.result, 'unfinished') AS result, r.message,
    r.requests, count(w.reading_id) AS readings, coalesce(sum(w.new), 0)::BIGINT AS new,
    coalesce(sum(w.changed), 0)::BIGINT AS changed
FROM etl.runs AS r
LEFT JOIN etl.windows AS w ON w.source = r.source AND w.run_id = r.run_id
WHERE r.source = $source
GROUP BY ALL
ORDER BY r.started_at DESC
LIMIT $most
