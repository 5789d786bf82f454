-- what:   the changes that a run saw, in the place of what it had recorded before
-- grain:  one row per change
-- reads:  nothing
-- writes: etl.profile_changes
INSERT INTO etl.profile_changes BY NAME
SELECT
    $source AS source, $run_id AS run_id, $seen_at AS seen_at, $trait AS trait, $was AS was,
    $now AS now, $severity AS severity, $message AS message;
