-- what:   replaces the rows of changed requests and adds new ones
-- grain:  one row per (source, service_request_id)
-- reads:  incoming, stage
-- writes: service_requests
-- No key and no MERGE: deleting matches and inserting is several times cheaper on a wide table
-- (docs/decisions/0002-delete-and-insert.md); sql/checks/ proves that ids stay unique.
DELETE FROM service_requests AS c
USING incoming AS i
WHERE
    i.judgement = 'changed'
    AND c.source = i.source AND c.service_request_id = i.service_request_id;

INSERT INTO service_requests BY NAME
SELECT
    s.source, s.service_request_id, s.token, s.status, s.status_notes, s.service_code,
    s.service_name, s.description, s.agency_responsible, s.service_notice, s.requested_datetime,
    s.updated_datetime, s.expected_datetime, i.closed_datetime, i.closed_datetime_source,
    s.address, s.address_id, s.zipcode, s.lat, s.long, s.media_url, s.extended_attributes,
    s.notes, s.attributes, s.extra, i.first_seen_at, i.last_seen_at,
    s.seen_at AS last_changed_at, NULL AS gone_at, i.content_hash, s.page_sha256
FROM incoming AS i
INNER JOIN stage AS s ON s.rowid = i.entry;
