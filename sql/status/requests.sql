-- what:   how many requests of a source are stored, and how fresh they are
-- grain:  one row
-- reads:  service_requests, service_request_versions
-- writes: nothing
SELECT
    count(*)::BIGINT AS requests,
    count(gone_at)::BIGINT AS gone,
    max(requested_datetime) AS newest_requested,
    max(updated_datetime) AS newest_updated,
    (SELECT count(*) FROM service_request_versions WHERE source = $source)::BIGINT AS versions
FROM service_requests
WHERE source = $source;
