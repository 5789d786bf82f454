-- what:   the last that was recorded of a trait
-- grain:  at most one row
-- reads:  etl.profile_changes
-- writes: nothing
SELECT now
FROM etl.profile_changes
WHERE source = $source AND trait = $trait AND run_id IS DISTINCT FROM $run_id
ORDER BY seen_at DESC
LIMIT 1;
