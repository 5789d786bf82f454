-- what:   the requests that a page without a server can search: the newest, open ones first
-- grain:  one row per request, at most $most
-- reads:  marts.fact_service_requests
-- writes: nothing
SELECT source, service_request_id
FROM marts.fact_service_requests
ORDER BY is_open DESC, requested_datetime DESC NULLS LAST, source, service_request_id
LIMIT $most
