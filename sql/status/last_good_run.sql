-- what:   when a source was last pulled to the end
-- grain:  one row
-- reads:  etl.runs
-- writes: nothing
SELECT
    max(ended_at) FILTER (result IN ('complete', 'debt')) AS last_finished,
    max(ended_at) FILTER (result = 'complete') AS last_complete
FROM etl.runs
WHERE source = $source;
