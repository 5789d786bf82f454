-- what:   each request with its service as it was when the request was made
-- grain:  one row per request
-- reads:  service_requests, service_versions
-- writes: view service_request_services
-- What is known of a service reaches back before the time at which it was first seen.
CREATE OR REPLACE VIEW service_request_services AS
WITH known AS (
    SELECT
        *,
        CASE
            WHEN row_number() OVER (PARTITION BY source, service_code ORDER BY valid_from) = 1
                THEN '-infinity'::TIMESTAMPTZ
            ELSE valid_from
        END AS holds_from
    FROM service_versions
)

SELECT
    r.source, r.service_request_id, r.requested_datetime, r.service_code,
    r.service_name AS requested_service_name,
    k.service_name, k.service_group, k.description AS service_description, k.keywords, k.type,
    k.listed, k.retired_at, k.valid_from, k.valid_to
FROM service_requests AS r
ASOF LEFT JOIN known AS k
    ON k.source = r.source AND k.service_code = r.service_code
    AND coalesce(r.requested_datetime, r.first_seen_at) >= k.holds_from;

COMMENT ON VIEW service_request_services IS 'Each request with its service as it was when the request was made; codes are used again for other services (Q-SVC-3)';
COMMENT ON COLUMN service_request_services.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN service_request_services.service_request_id IS 'The source''s id of the request, as text';
COMMENT ON COLUMN service_request_services.requested_datetime IS 'When the request was made';
COMMENT ON COLUMN service_request_services.service_code IS 'Code of the requested service';
COMMENT ON COLUMN service_request_services.requested_service_name IS 'Name of the service as the request carries it';
COMMENT ON COLUMN service_request_services.service_name IS 'Name of the service when the request was made; null where the code is in no catalog';
COMMENT ON COLUMN service_request_services.service_group IS 'Group of the service then';
COMMENT ON COLUMN service_request_services.service_description IS 'What the service was for';
COMMENT ON COLUMN service_request_services.keywords IS 'Words to find the service by, then';
COMMENT ON COLUMN service_request_services.type IS 'realtime, batch or blackbox: how an id was given after a POST';
COMMENT ON COLUMN service_request_services.listed IS 'False for codes that were seen in requests but not in the source''s list';
COMMENT ON COLUMN service_request_services.retired_at IS 'When the service was found to be no longer offered, if that was before the request';
COMMENT ON COLUMN service_request_services.valid_from IS 'When this state of the service was first seen';
COMMENT ON COLUMN service_request_services.valid_to IS 'When the next one was';
