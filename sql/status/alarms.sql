-- what:   the latest changes of a server's ways; what was seen for the first time is none
-- grain:  one row per change, newest first
-- reads:  etl.profile_changes
-- writes: nothing
SELECT seen_at, trait, was, now, severity, message
FROM etl.profile_changes
WHERE source = $source AND severity <> 'info'
ORDER BY seen_at DESC, trait
LIMIT 20;
