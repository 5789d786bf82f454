-- what:   windows that a run has loaded, and the names of their readings
-- grain:  one row per reading
-- reads:  etl.windows
-- writes: nothing
SELECT reading_id, kind, window_start, window_end, verdict
FROM etl.windows
WHERE run_id = $run_id;
