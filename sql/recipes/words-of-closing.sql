-- what:   With which words are requests closed?
-- topic:  quality of service
-- counts: status notes of closed requests, most frequent first
-- trap:   closed is not the same as fixed; only the words tell, where a city gives any
-- grain:  one row per source and words
-- reads:  service_requests, marts.fact_service_requests
SELECT r.source, coalesce(r.status_notes, '(none)') AS words, count(*) AS requests
FROM service_requests AS r
INNER JOIN marts.fact_service_requests AS f
    ON f.source = r.source AND f.service_request_id = r.service_request_id
WHERE f.is_closed AND f.is_counted
GROUP BY ALL
ORDER BY requests DESC, r.source, words
LIMIT 20;
