-- what:   calls by id that a run has made so far
-- grain:  one row
-- reads:  etl.windows
-- writes: nothing
SELECT coalesce(sum(requests), 0)::INTEGER AS spent
FROM etl.windows
WHERE source = $source AND run_id = $run_id AND kind IN ('ids', 'single');
