-- what:   how a run ended
-- grain:  one row
-- reads:  nothing
-- writes: etl.runs
UPDATE etl.runs
SET
    ended_at = $ended_at, result = $result, message = $message,
    requests = requests + $requests
WHERE run_id = $run_id;
