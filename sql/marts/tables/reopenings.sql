-- what:   the spells that began with a reopening; first spells are in the facts
-- grain:  one row per request and spell after its first
-- reads:  nothing
-- writes: sql/marts/load/facts.sql
CREATE TABLE marts.reopenings (
    source VARCHAR NOT NULL,
    service_request_id VARCHAR NOT NULL,
    spell INTEGER NOT NULL,
    opened_datetime TIMESTAMPTZ,
    ended_datetime TIMESTAMPTZ,
    ended_by VARCHAR,
    opened_date DATE,
    ended_date DATE,
    reopened_datetime TIMESTAMPTZ,
    service_code VARCHAR NOT NULL,
    ward VARCHAR,
    is_counted BOOLEAN NOT NULL
);

COMMENT ON TABLE marts.reopenings IS 'Spells for which requests were open again; marts.open_spells has all spells';
COMMENT ON COLUMN marts.reopenings.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.reopenings.service_request_id IS 'The source''s id of the request, as text';
COMMENT ON COLUMN marts.reopenings.spell IS 'Number of the spell, from 2';
COMMENT ON COLUMN marts.reopenings.opened_datetime IS 'When it was reopened';
COMMENT ON COLUMN marts.reopenings.ended_datetime IS 'When it was closed, or found gone; null while it is open';
COMMENT ON COLUMN marts.reopenings.ended_by IS 'closed or gone; null while it is open';
COMMENT ON COLUMN marts.reopenings.opened_date IS 'Day of opened_datetime in the source''s zone';
COMMENT ON COLUMN marts.reopenings.ended_date IS 'Day of ended_datetime in the source''s zone';
COMMENT ON COLUMN marts.reopenings.reopened_datetime IS 'When it was opened again after this closing; null where it was not';
COMMENT ON COLUMN marts.reopenings.service_code IS 'Code of the requested service, as it is now';
COMMENT ON COLUMN marts.reopenings.ward IS 'Ward of the request, as it is now; null where it has none';
COMMENT ON COLUMN marts.reopenings.is_counted IS 'False for duplicates and information-only requests';
