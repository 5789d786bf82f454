-- what:   a new run
-- grain:  one row
-- reads:  nothing
-- writes: etl.runs
INSERT INTO etl.runs BY NAME
SELECT
    $run_id AS run_id, $source AS source, $started_at AS started_at, $as_of AS as_of,
    $range_start AS range_start, $range_end AS range_end, 0 AS requests, $version AS version;
