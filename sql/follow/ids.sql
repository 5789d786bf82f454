-- what:   the ids to ask for, the most pressing first
-- grain:  one row per request
-- reads:  due
-- writes: nothing
SELECT service_request_id
FROM due
WHERE bucket IS NULL OR list_contains($buckets, bucket)
ORDER BY pressure DESC, service_request_id
LIMIT $most;
