-- what:   notes of service requests, newest version
-- grain:  one row per note
-- reads:  nothing
-- writes: sql/load/
CREATE TABLE IF NOT EXISTS service_request_notes (
    source VARCHAR NOT NULL,
    service_request_id VARCHAR NOT NULL,
    note_number INTEGER NOT NULL,
    note_datetime TIMESTAMPTZ,
    type VARCHAR,
    summary VARCHAR,
    description VARCHAR,
    extended_attributes JSON,
    child_service_request_id VARCHAR,
    observed_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE service_request_notes IS 'Notes (activities) of service requests, one row for each';
COMMENT ON COLUMN service_request_notes.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN service_request_notes.service_request_id IS 'The source''s id of the request, as text';
COMMENT ON COLUMN service_request_notes.note_number IS 'Position in the list that the source serves, from 1';
COMMENT ON COLUMN service_request_notes.note_datetime IS 'When the note was made';
COMMENT ON COLUMN service_request_notes.type IS 'submitted, opened, activity, closed, or what the source says';
COMMENT ON COLUMN service_request_notes.summary IS 'What happened, in short';
COMMENT ON COLUMN service_request_notes.description IS 'What happened, at length';
COMMENT ON COLUMN service_request_notes.extended_attributes IS 'What the source attaches to the note, such as a child request';
COMMENT ON COLUMN service_request_notes.child_service_request_id IS 'Request that the note names: by a key of extended_attributes, else the first word of its text that is shaped like the request''s own id';
COMMENT ON COLUMN service_request_notes.observed_at IS 'When a pull saw the list that the note stands in: a request that changes has all its notes replaced';
