-- what:     requests that are stored more than once
-- grain:    one row per such request
-- reads:    service_requests
-- writes:   nothing
-- severity: error
-- when:     asked
-- do:       keep the file aside and rebuild the warehouse from landing; if it comes back, report it
SELECT source, service_request_id, count(*) AS rows
FROM service_requests
WHERE source = coalesce($source, source)
GROUP BY source, service_request_id
HAVING count(*) > 1;
