-- what:   remembers who is still due at the end of a pull
-- grain:  one row
-- reads:  due
-- writes: etl.stale
DELETE FROM etl.stale WHERE source = $source;

INSERT INTO etl.stale BY NAME
SELECT
    $source AS source, $run_id AS run_id, $now AS as_of, count(*) AS requests,
    min(verified_at) AS since
FROM due
HAVING count(*) > 0;
