-- what:   notes when requests were seen last that a turn did not change; an older copy says nothing
--         of how they are now
-- grain:  one row per (source, service_request_id)
-- reads:  met, judged
-- writes: service_requests
UPDATE service_requests AS c
SET last_seen_at = seen.last_seen_at
FROM (
    SELECT m.source, m.service_request_id, m.last_seen_at
    FROM met AS m
    INNER JOIN judged AS j ON j.entry = m.entry
    WHERE j.judgement = 'unchanged'
) AS seen
WHERE
    c.source = seen.source AND c.service_request_id = seen.service_request_id
    AND c.last_seen_at < seen.last_seen_at;
