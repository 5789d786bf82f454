-- what:   how the ways of the server changed: the alarms of the pulls
-- grain:  one row per change
-- reads:  etl.profile_changes
-- writes: nothing
SELECT seen_at, trait, was, now, severity, message
FROM etl.profile_changes
WHERE source = $source
ORDER BY seen_at DESC
LIMIT $most
