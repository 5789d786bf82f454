-- what:   service requests for BI tools: flat, plain types, local days, what the vendors hide made plain
-- grain:  one row per (source, service_request_id)
-- reads:  nothing
-- writes: sql/marts/load/facts.sql
CREATE TABLE marts.fact_service_requests (
    source VARCHAR NOT NULL,
    service_request_id VARCHAR NOT NULL,
    service_code VARCHAR NOT NULL,
    service_name VARCHAR NOT NULL,
    service_group VARCHAR NOT NULL,
    agency_responsible VARCHAR,
    status VARCHAR,
    is_open BOOLEAN NOT NULL,
    is_closed BOOLEAN NOT NULL,
    requested_datetime TIMESTAMPTZ,
    updated_datetime TIMESTAMPTZ,
    expected_datetime TIMESTAMPTZ,
    first_expected_datetime TIMESTAMPTZ,
    first_response_datetime TIMESTAMPTZ,
    closed_datetime TIMESTAMPTZ,
    closed_datetime_source VARCHAR,
    last_closed_datetime TIMESTAMPTZ,
    first_ended_datetime TIMESTAMPTZ,
    first_ended_by VARCHAR,
    first_reopened_datetime TIMESTAMPTZ,
    reopened_count INTEGER NOT NULL,
    requested_date DATE,
    requested_month DATE,
    requested_hour INTEGER,
    updated_date DATE,
    closed_date DATE,
    first_ended_date DATE,
    days_to_close DOUBLE,
    is_duplicate BOOLEAN NOT NULL,
    parent_service_request_id VARCHAR,
    is_info_only BOOLEAN NOT NULL,
    is_counted BOOLEAN NOT NULL,
    is_gone BOOLEAN NOT NULL,
    gone_at TIMESTAMPTZ,
    channel VARCHAR,
    ward VARCHAR,
    area VARCHAR,
    zipcode VARCHAR,
    address VARCHAR,
    lat DOUBLE,
    long DOUBLE,
    cell VARCHAR,
    cell_lat DOUBLE,
    cell_long DOUBLE,
    spot BIGINT,
    first_seen_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE marts.fact_service_requests IS 'Service requests, one row each in its newest state, flat and with plain types; start here';
COMMENT ON COLUMN marts.fact_service_requests.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.fact_service_requests.service_request_id IS 'The source''s id of the request, as text';
COMMENT ON COLUMN marts.fact_service_requests.service_code IS 'Code of the requested service; none where the request has none';
COMMENT ON COLUMN marts.fact_service_requests.service_name IS 'Name of the service: as the catalog has it now, else as the request carries it, else its code';
COMMENT ON COLUMN marts.fact_service_requests.service_group IS 'Group (department) of the service as the catalog has it now; none where it has none';
COMMENT ON COLUMN marts.fact_service_requests.agency_responsible IS 'Agency that deals with the request, as the request carries it';
COMMENT ON COLUMN marts.fact_service_requests.status IS 'Lower case: open, closed, or what the source says';
COMMENT ON COLUMN marts.fact_service_requests.is_open IS 'True while it is neither closed nor gone, whatever word the source has for that';
COMMENT ON COLUMN marts.fact_service_requests.is_closed IS 'True where its status is one that ends it: closed, completed, resolved, fixed ...; a gone request keeps its last status';
COMMENT ON COLUMN marts.fact_service_requests.requested_datetime IS 'When the request was made';
COMMENT ON COLUMN marts.fact_service_requests.updated_datetime IS 'When the source last changed the request, where it says so';
COMMENT ON COLUMN marts.fact_service_requests.expected_datetime IS 'When the source now expects the request to be fulfilled';
COMMENT ON COLUMN marts.fact_service_requests.first_expected_datetime IS 'When the source first expected it to be fulfilled: the target that promises are measured by, since targets can be moved afterwards';
COMMENT ON COLUMN marts.fact_service_requests.first_response_datetime IS 'First answer: the first note that is more than an opening, the first change of status notes or agency that a pull saw, or the closing, whichever came first';
COMMENT ON COLUMN marts.fact_service_requests.closed_datetime IS 'First closing; a request that was reopened keeps it. Null where the source never told when';
COMMENT ON COLUMN marts.fact_service_requests.closed_datetime_source IS 'Where closed_datetime is from: note, or updated_datetime of the first version seen closed (then it is an upper bound)';
COMMENT ON COLUMN marts.fact_service_requests.last_closed_datetime IS 'Latest closing of a request that is closed; null while it is open';
COMMENT ON COLUMN marts.fact_service_requests.first_ended_datetime IS 'When it was no longer open for the first time: closed, or found gone; null while that never was. As notes and versions tell, also where closed_datetime is not known';
COMMENT ON COLUMN marts.fact_service_requests.first_ended_by IS 'closed or gone; null while it is open for the first time';
COMMENT ON COLUMN marts.fact_service_requests.first_reopened_datetime IS 'When it was opened again after that closing; null where it was not. All spells are in marts.open_spells';
COMMENT ON COLUMN marts.fact_service_requests.reopened_count IS 'How often it was opened again after a closing, as far as notes and versions tell';
COMMENT ON COLUMN marts.fact_service_requests.requested_date IS 'Day of the request in the source''s zone';
COMMENT ON COLUMN marts.fact_service_requests.requested_month IS 'First day of the month of the request in the source''s zone';
COMMENT ON COLUMN marts.fact_service_requests.requested_hour IS 'Hour of the request (0 to 23) in the source''s zone';
COMMENT ON COLUMN marts.fact_service_requests.updated_date IS 'Day of updated_datetime in the source''s zone';
COMMENT ON COLUMN marts.fact_service_requests.closed_date IS 'Day of closed_datetime in the source''s zone';
COMMENT ON COLUMN marts.fact_service_requests.first_ended_date IS 'Day of first_ended_datetime in the source''s zone';
COMMENT ON COLUMN marts.fact_service_requests.days_to_close IS 'Days of 24 hours from requested_datetime to closed_datetime; null where not closed, or closed before requested (see marts.suspicious_closings)';
COMMENT ON COLUMN marts.fact_service_requests.is_duplicate IS 'True where the source marks it as a duplicate: by flag, by parent or in the words of status or status notes';
COMMENT ON COLUMN marts.fact_service_requests.parent_service_request_id IS 'The request that it is a duplicate of, where the source says so';
COMMENT ON COLUMN marts.fact_service_requests.is_info_only IS 'True where the service only gives information: nothing is to be done';
COMMENT ON COLUMN marts.fact_service_requests.is_counted IS 'True where it is neither a duplicate nor information only: the population of the metrics';
COMMENT ON COLUMN marts.fact_service_requests.is_gone IS 'True where the source shows the request no longer';
COMMENT ON COLUMN marts.fact_service_requests.gone_at IS 'When it was found to be gone';
COMMENT ON COLUMN marts.fact_service_requests.channel IS 'How it was reported, lower case: phone, web, open311 ...; null where the source does not say';
COMMENT ON COLUMN marts.fact_service_requests.ward IS 'Ward or council district; null where there is none (marts call that group none)';
COMMENT ON COLUMN marts.fact_service_requests.area IS 'Community area, neighbourhood or district, the first that the source serves';
COMMENT ON COLUMN marts.fact_service_requests.zipcode IS 'Postal code as text';
COMMENT ON COLUMN marts.fact_service_requests.address IS 'Address or description of the place';
COMMENT ON COLUMN marts.fact_service_requests.lat IS 'Latitude, WGS84, degrees';
COMMENT ON COLUMN marts.fact_service_requests.long IS 'Longitude, WGS84, degrees';
COMMENT ON COLUMN marts.fact_service_requests.cell IS 'Cell of a grid of 500 m by 500 m, row:column; null without coordinates';
COMMENT ON COLUMN marts.fact_service_requests.cell_lat IS 'Latitude of the centre of the cell';
COMMENT ON COLUMN marts.fact_service_requests.cell_long IS 'Longitude of the centre of the cell';
COMMENT ON COLUMN marts.fact_service_requests.spot IS 'Number of the cell of a grid of 111 m that it lies in, for finding what is near; null without coordinates';
COMMENT ON COLUMN marts.fact_service_requests.first_seen_at IS 'When a pull first saw the request';
