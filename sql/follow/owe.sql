-- what:   remembers who is still due at the end of a pull
-- grain:  at most one row per source
-- reads:  etl.runs
-- writes: etl.stale
DELETE FROM etl.stale WHERE source = $source;

INSERT INTO etl.stale BY NAME
SELECT source, run_id, as_of, $requests AS requests, $since AS since
FROM etl.runs
WHERE run_id = $run_id AND source = $source AND $requests > 0;
