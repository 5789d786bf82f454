-- what:   the last run of a source, if it was cut short and asked for the same range
-- grain:  at most one row
-- reads:  etl.runs
-- writes: nothing
SELECT run_id, started_at, as_of, range_start, range_end
FROM (
    SELECT * FROM etl.runs
    WHERE source = $source
    QUALIFY row_number() OVER (ORDER BY started_at DESC) = 1
)
WHERE
    (result IS NULL OR result IN ('failed', 'interrupted'))
    AND range_start IS NOT DISTINCT FROM $range_start
    AND range_end IS NOT DISTINCT FROM $range_end;
