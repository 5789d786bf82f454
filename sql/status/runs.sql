-- what:   the last runs of a source
-- grain:  one row per run, newest first
-- reads:  etl.runs
-- writes: nothing
SELECT run_id, started_at, ended_at, as_of, range_start, range_end, result, message, requests
FROM etl.runs
WHERE source = $source
ORDER BY started_at DESC, run_id DESC
LIMIT 5;
