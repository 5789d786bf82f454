-- what:     notes of requests that are not there
-- grain:    one row per such request
-- reads:    service_request_notes, service_requests
-- writes:   nothing
-- severity: error
-- when:     asked
-- do:       keep the file aside and rebuild the warehouse from landing; if it comes back, report it
SELECT DISTINCT n.source, n.service_request_id
FROM service_request_notes AS n
ANTI JOIN service_requests AS r
    ON r.source = n.source AND r.service_request_id = n.service_request_id
WHERE n.source = coalesce($source, n.source);
