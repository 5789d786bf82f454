-- what:   the latest changes of a server's ways
-- grain:  one row per change, newest first
-- reads:  etl.profile_changes
-- writes: nothing
SELECT seen_at, trait, was, now, severity, message
FROM etl.profile_changes
WHERE source = $source
ORDER BY seen_at DESC, trait
LIMIT 20;
