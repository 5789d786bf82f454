-- what:   which of some requests are not in the warehouse
-- grain:  one row per id
-- reads:  service_requests
-- writes: nothing
SELECT listed.id
FROM (SELECT unnest($ids::VARCHAR[]) AS id) AS listed
ANTI JOIN service_requests AS r ON r.source = $source AND r.service_request_id = listed.id
ORDER BY listed.id;
