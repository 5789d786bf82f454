-- what:   every state that a service request was seen in (SCD2)
-- grain:  one row per version of a request
-- reads:  nothing
-- writes: sql/load/
CREATE TABLE IF NOT EXISTS service_request_versions (
    source VARCHAR NOT NULL,
    service_request_id VARCHAR NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ,
    observed_at TIMESTAMPTZ NOT NULL,
    is_current BOOLEAN NOT NULL,
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
    gone_at TIMESTAMPTZ,
    content_hash UBIGINT NOT NULL,
    page_sha256 VARCHAR NOT NULL
);

COMMENT ON TABLE service_request_versions IS 'Every state that a service request was seen in, with the time it happened and the time we saw it';
COMMENT ON COLUMN service_request_versions.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN service_request_versions.service_request_id IS 'The source''s id of the request, as text';
COMMENT ON COLUMN service_request_versions.valid_from IS 'When this state began: updated_datetime, else when it was first seen';
COMMENT ON COLUMN service_request_versions.valid_to IS 'When the next version began; null for the newest';
COMMENT ON COLUMN service_request_versions.observed_at IS 'When a pull first saw this state';
COMMENT ON COLUMN service_request_versions.is_current IS 'True for the newest version of a request';
COMMENT ON COLUMN service_request_versions.token IS 'Vendor key that a POST was answered with; stable while the id is pending (Q-ID-3)';
COMMENT ON COLUMN service_request_versions.status IS 'Lower case: open, closed, or what the source says';
COMMENT ON COLUMN service_request_versions.status_notes IS 'Why the status is what it is, in the source''s words';
COMMENT ON COLUMN service_request_versions.service_code IS 'Code of the requested service; join services by left join only (Q-SVC-1)';
COMMENT ON COLUMN service_request_versions.service_name IS 'Name of the requested service as the request carries it';
COMMENT ON COLUMN service_request_versions.description IS 'Free text by the reporter; may hold personal data (Q-FLD-7)';
COMMENT ON COLUMN service_request_versions.agency_responsible IS 'Agency that deals with the request';
COMMENT ON COLUMN service_request_versions.service_notice IS 'What the source says about how the request will be dealt with';
COMMENT ON COLUMN service_request_versions.requested_datetime IS 'When the request was made';
COMMENT ON COLUMN service_request_versions.updated_datetime IS 'When the source last changed the request, where it says so';
COMMENT ON COLUMN service_request_versions.expected_datetime IS 'When the source expects the request to be fulfilled';
COMMENT ON COLUMN service_request_versions.closed_datetime IS 'First closing: the first note of type closed, else updated_datetime of the first version seen closed, else null';
COMMENT ON COLUMN service_request_versions.closed_datetime_source IS 'Where closed_datetime is from: note, updated_datetime or null';
COMMENT ON COLUMN service_request_versions.address IS 'Address or description of the place';
COMMENT ON COLUMN service_request_versions.address_id IS 'The source''s own number of the address';
COMMENT ON COLUMN service_request_versions.zipcode IS 'Postal code as text';
COMMENT ON COLUMN service_request_versions.lat IS 'Latitude, WGS84; null where the source gives none, 0/0 or another projection (the raw value is in extra)';
COMMENT ON COLUMN service_request_versions.long IS 'Longitude, WGS84; null as lat';
COMMENT ON COLUMN service_request_versions.media_url IS 'Address of a picture or file';
COMMENT ON COLUMN service_request_versions.extended_attributes IS 'extended_attributes as served: ward, channel, duplicate and so on';
COMMENT ON COLUMN service_request_versions.notes IS 'notes as served; service_request_notes has one row for each';
COMMENT ON COLUMN service_request_versions.attributes IS 'Answers to the service definition''s attributes, as served';
COMMENT ON COLUMN service_request_versions.extra IS 'What the source serves beyond the above, and raw values that did not fit their column';
COMMENT ON COLUMN service_request_versions.gone_at IS 'When the source was found to show the request no longer; null while it does';
COMMENT ON COLUMN service_request_versions.content_hash IS 'Hash of what the copy said that made this version; what has another hash may still mean the same';
COMMENT ON COLUMN service_request_versions.page_sha256 IS 'Landed page that this version was read from';
