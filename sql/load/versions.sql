-- what:   closes the versions that are replaced and appends the new ones
-- grain:  one row per version
-- reads:  incoming, stage
-- writes: service_request_versions
UPDATE service_request_versions AS v
SET valid_to = i.valid_from, is_current = false
FROM incoming AS i
WHERE
    i.judgement = 'changed' AND v.is_current
    AND v.source = i.source AND v.service_request_id = i.service_request_id;

INSERT INTO service_request_versions BY NAME
SELECT
    s.source, s.service_request_id, i.valid_from, NULL AS valid_to, s.seen_at AS observed_at,
    true AS is_current, s.token, s.status, s.status_notes, s.service_code, s.service_name,
    s.description, s.agency_responsible, s.service_notice, s.requested_datetime,
    s.updated_datetime, s.expected_datetime, i.closed_datetime, i.closed_datetime_source,
    s.address, s.address_id, s.zipcode, s.lat, s.long, s.media_url, s.extended_attributes,
    s.notes, s.attributes, s.extra, NULL AS gone_at, i.content_hash, s.page_sha256
FROM incoming AS i
INNER JOIN stage AS s ON s.rowid = i.entry;
