-- what:     requests whose row and current version differ
-- grain:    one row per such request
-- reads:    service_requests, service_request_versions
-- writes:   nothing
-- severity: error
-- when:     asked
-- do:       keep the file aside and rebuild the warehouse from landing; if it comes back, report it
SELECT r.source, r.service_request_id, r.status, v.status AS version_status
FROM service_requests AS r
INNER JOIN service_request_versions AS v
    ON v.source = r.source AND v.service_request_id = r.service_request_id AND v.is_current
WHERE
    r.source = coalesce($source, r.source)
    AND (
        r.content_hash <> v.content_hash
        OR r.status IS DISTINCT FROM v.status
        OR r.service_code IS DISTINCT FROM v.service_code
        OR r.requested_datetime IS DISTINCT FROM v.requested_datetime
        OR r.updated_datetime IS DISTINCT FROM v.updated_datetime
        OR r.closed_datetime IS DISTINCT FROM v.closed_datetime
        OR r.gone_at IS DISTINCT FROM v.gone_at
    );
