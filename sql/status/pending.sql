-- what:   entries without service_request_id: those that still wait, and how the others ended
-- grain:  one row per end, null for those that wait
-- reads:  etl.pending
-- writes: nothing
SELECT resolution, count(*)::BIGINT AS entries, min(first_seen_at) AS oldest
FROM etl.pending
WHERE source = $source
GROUP BY resolution
ORDER BY entries DESC, resolution;
