-- what:   Where is the same thing reported again after it was closed?
-- topic:  place
-- counts: closings followed within 30 days by a new request of the same service at the same address
-- trap:   another spelling of the address is another place here; a corner is one address for many
-- grain:  one row per source, service and address
-- reads:  marts.fact_service_requests
SELECT
    f.source, f.service_name, f.address,
    count(DISTINCT f.service_request_id) AS closings_followed,
    count(DISTINCT n.service_request_id) AS new_requests
FROM marts.fact_service_requests AS f
INNER JOIN marts.fact_service_requests AS n
    ON n.source = f.source AND n.service_code = f.service_code AND n.address = f.address
    AND n.requested_datetime > f.closed_datetime
    AND n.requested_datetime <= f.closed_datetime + INTERVAL 720 HOUR
WHERE f.is_counted AND n.is_counted
GROUP BY f.source, f.service_code, f.service_name, f.address
ORDER BY closings_followed DESC, f.source, f.service_name, f.address
LIMIT 20;
