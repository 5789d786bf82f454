-- what:   closes the versions that are replaced and appends the new ones
-- grain:  one row per version
-- reads:  incoming
-- writes: service_request_versions
UPDATE service_request_versions AS v
SET valid_to = i.valid_from, is_current = false
FROM incoming AS i
WHERE
    i.judgement = 'changed' AND v.is_current
    AND v.source = i.source AND v.service_request_id = i.service_request_id;

INSERT INTO service_request_versions BY NAME
SELECT
    source, service_request_id, valid_from, NULL AS valid_to, seen_at AS observed_at,
    true AS is_current, token, status, status_notes, service_code, service_name, description,
    agency_responsible, service_notice, requested_datetime, updated_datetime, expected_datetime,
    closed_datetime, closed_datetime_source, address, address_id, zipcode, lat, long, media_url,
    extended_attributes, notes, attributes, extra, NULL AS gone_at, content_hash, page_sha256
FROM incoming;
