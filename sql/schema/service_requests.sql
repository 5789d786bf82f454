-- what:   service requests, newest version
-- grain:  one row per (source, service_request_id)
-- reads:  nothing
-- writes: sql/load/
CREATE TABLE IF NOT EXISTS service_requests (
    source VARCHAR NOT NULL,
    service_request_id VARCHAR NOT NULL,
    token VARCHAR,
    status VARCHAR,
    status_notes VARCHAR,
    service_code VARCHAR,
    service_name VARCHAR,
    description VARCHAR,
    agency_responsible VARCHAR,
    service_notice VARCHAR,
    requested_datetime TIMESTAMPTZ,
    updated_datetime TIMESTAMPTZ,
    expected_datetime TIMESTAMPTZ,
    closed_datetime TIMESTAMPTZ,
    closed_datetime_source VARCHAR,
    address VARCHAR,
    address_id VARCHAR,
    zipcode VARCHAR,
    lat DOUBLE,
    long DOUBLE,
    media_url VARCHAR,
    extended_attributes JSON,
    notes JSON,
    attributes JSON,
    extra JSON,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    last_changed_at TIMESTAMPTZ NOT NULL,
    gone_at TIMESTAMPTZ,
    content_hash UBIGINT NOT NULL,
    page_sha256 VARCHAR NOT NULL
);

COMMENT ON TABLE service_requests IS 'Service requests, each in its newest version';
COMMENT ON COLUMN service_requests.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN service_requests.service_request_id IS 'The source''s id of the request, as text';
COMMENT ON COLUMN service_requests.token IS 'Vendor key that a POST was answered with; stable while the id is pending (Q-ID-3)';
COMMENT ON COLUMN service_requests.status IS 'Lower case: open, closed, or what the source says';
COMMENT ON COLUMN service_requests.status_notes IS 'Why the status is what it is, in the source''s words';
COMMENT ON COLUMN service_requests.service_code IS 'Code of the requested service; join services by left join only (Q-SVC-1)';
COMMENT ON COLUMN service_requests.service_name IS 'Name of the requested service as the request carries it';
COMMENT ON COLUMN service_requests.description IS 'Free text by the reporter; may hold personal data (Q-FLD-7)';
COMMENT ON COLUMN service_requests.agency_responsible IS 'Agency that deals with the request';
COMMENT ON COLUMN service_requests.service_notice IS 'What the source says about how the request will be dealt with';
COMMENT ON COLUMN service_requests.requested_datetime IS 'When the request was made';
COMMENT ON COLUMN service_requests.updated_datetime IS 'When the source last changed the request, where it says so';
COMMENT ON COLUMN service_requests.expected_datetime IS 'When the source expects the request to be fulfilled';
COMMENT ON COLUMN service_requests.closed_datetime IS 'First closing: the first note of type closed, else updated_datetime of the first version seen closed, else null';
COMMENT ON COLUMN service_requests.closed_datetime_source IS 'Where closed_datetime is from: note, updated_datetime or null';
COMMENT ON COLUMN service_requests.address IS 'Address or description of the place';
COMMENT ON COLUMN service_requests.address_id IS 'The source''s own number of the address';
COMMENT ON COLUMN service_requests.zipcode IS 'Postal code as text';
COMMENT ON COLUMN service_requests.lat IS 'Latitude, WGS84; null where the source gives none, 0/0 or another projection (the raw value is in extra)';
COMMENT ON COLUMN service_requests.long IS 'Longitude, WGS84; null as lat';
COMMENT ON COLUMN service_requests.media_url IS 'Address of a picture or file';
COMMENT ON COLUMN service_requests.extended_attributes IS 'extended_attributes as served: ward, channel, duplicate and so on';
COMMENT ON COLUMN service_requests.notes IS 'notes as served; service_request_notes has one row for each';
COMMENT ON COLUMN service_requests.attributes IS 'Answers to the service definition''s attributes, as served';
COMMENT ON COLUMN service_requests.extra IS 'What the source serves beyond the above, and raw values that did not fit their column';
COMMENT ON COLUMN service_requests.first_seen_at IS 'When a pull first saw the request';
COMMENT ON COLUMN service_requests.last_seen_at IS 'When a pull last saw the request';
COMMENT ON COLUMN service_requests.last_changed_at IS 'When a pull last saw the request differ from the version before';
COMMENT ON COLUMN service_requests.gone_at IS 'When the source was found to show the request no longer; null while it does';
COMMENT ON COLUMN service_requests.content_hash IS 'Hash of what the copy said that made this version; what has another hash may still mean the same';
COMMENT ON COLUMN service_requests.page_sha256 IS 'Landed page that this version was read from';
