-- what:   the services with the most requests, by the catalog's names
-- grain:  one row per service
-- reads:  service_requests, services
-- writes: nothing
SELECT
    coalesce(s.service_name, r.service_name, r.service_code, 'none') AS service,
    s.service_group,
    count(*)::BIGINT AS requests
FROM service_requests AS r
LEFT JOIN services AS s ON s.source = r.source AND s.service_code = r.service_code
GROUP BY ALL
ORDER BY requests DESC, service
LIMIT 8;
