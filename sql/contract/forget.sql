-- what:   takes back what a run has recorded, so that recording it again does not double it
-- grain:  one row per change
-- reads:  nothing
-- writes: etl.profile_changes
DELETE FROM etl.profile_changes WHERE source = $source AND run_id = $run_id;
