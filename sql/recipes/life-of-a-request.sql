-- what:   What happened to one request? (change the id)
-- topic:  trust
-- counts: every state that was seen, from when to when, and when a pull saw it
-- trap:   states between two pulls are not seen, only their notes are
-- grain:  one row per version
-- reads:  service_request_versions
SELECT
    source, service_request_id, valid_from, valid_to, observed_at, status, status_notes,
    agency_responsible, expected_datetime
FROM service_request_versions
WHERE service_request_id = (
    SELECT service_request_id
    FROM service_request_versions
    GROUP BY source, service_request_id
    ORDER BY count(*) DESC, source, service_request_id
    LIMIT 1
)
ORDER BY source, valid_from;
