-- what:   Who writes that they asked before? (change the words)
-- topic:  people
-- counts: requests whose description has the words "weeks since", "still not" or "asked ... times"
-- trap:   descriptions may hold personal data; look at a city's terms before you publish any
-- grain:  one row per request
-- reads:  service_requests
SELECT source, service_request_id, service_name, status, requested_datetime, description
FROM service_requests
WHERE regexp_matches(description, 'weeks since|still not|asked \d+ times', 'i')
ORDER BY requested_datetime DESC, source, service_request_id;
