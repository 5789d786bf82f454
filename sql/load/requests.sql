-- what:   replaces the rows of changed requests, adds new ones, notes who was seen
-- grain:  one row per (source, service_request_id)
-- reads:  incoming, judged, stage
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
    source, service_request_id, token, status, status_notes, service_code, service_name,
    description, agency_responsible, service_notice, requested_datetime, updated_datetime,
    expected_datetime, closed_datetime, closed_datetime_source, address, address_id, zipcode, lat,
    long, media_url, extended_attributes, notes, attributes, extra, first_seen_at,
    seen_at AS last_seen_at, seen_at AS last_changed_at, NULL AS gone_at, content_hash, page_sha256
FROM incoming
ORDER BY source, requested_datetime;

UPDATE service_requests AS c
SET last_seen_at = seen.seen_at
FROM (
    SELECT j.source, j.service_request_id, max(s.seen_at) AS seen_at
    FROM judged AS j
    INNER JOIN stage AS s ON s.rowid = j.entry
    WHERE j.judgement IN ('unchanged', 'stale')
    GROUP BY ALL
) AS seen
WHERE
    c.source = seen.source AND c.service_request_id = seen.service_request_id
    AND c.last_seen_at < seen.seen_at;
