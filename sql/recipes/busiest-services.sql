-- what:   What do people ask for most?
-- topic:  volume
-- counts: requests by service, duplicates and information-only requests apart
-- trap:   a service that was renamed stands under its newest name only if its code stayed
-- grain:  one row per source and service
-- reads:  service_requests
SELECT source, service_code, any_value(service_name) AS service_name, count(*) AS requests
FROM service_requests
GROUP BY source, service_code
ORDER BY requests DESC, service_code
LIMIT 20;
