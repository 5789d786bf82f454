-- what:   requests of a source by status, gone ones left out
-- grain:  one row per status
-- reads:  service_requests
-- writes: nothing
SELECT coalesce(status, 'none') AS name, count(*)::BIGINT AS entries
FROM service_requests
WHERE source = $source AND gone_at IS NULL
GROUP BY ALL
ORDER BY entries DESC, name;
