-- what:   codes and names that services have, or ever had in a request
-- grain:  one row per code and name
-- reads:  services, service_requests
-- writes: nothing
SELECT service_code, service_name FROM services
UNION
SELECT service_code, service_name FROM service_requests WHERE service_code IS NOT NULL;
