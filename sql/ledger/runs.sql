-- what:   how the runs of a source ended
-- grain:  one row per run
-- reads:  etl.runs
-- writes: nothing
SELECT run_id, result, ended_at FROM etl.runs WHERE source = $source;
