-- what:   coverage of one source in the order of time
-- grain:  one row per elementary span
-- reads:  etl.coverage
-- writes: nothing
SELECT span_start, span_end, verdict, read_at, window_start, window_end, pending, next_try_at, reason
FROM etl.coverage
WHERE source = $source
ORDER BY span_start;
