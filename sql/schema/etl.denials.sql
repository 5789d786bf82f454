-- what:   known requests that the source denied when it was asked for them by id
-- grain:  one row per request, its last denial
-- reads:  nothing
-- writes: sql/load/gone.sql
CREATE TABLE IF NOT EXISTS etl.denials (
    source VARCHAR NOT NULL,
    service_request_id VARCHAR NOT NULL,
    denied_at TIMESTAMPTZ NOT NULL,
    reading_id VARCHAR NOT NULL
);

COMMENT ON TABLE etl.denials IS 'Known requests that the source denied by id; together with a proven window that lacks them it makes them gone';
COMMENT ON COLUMN etl.denials.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN etl.denials.service_request_id IS 'The source''s id of the request, as text';
COMMENT ON COLUMN etl.denials.denied_at IS 'When it was last denied; it says nothing once a request was seen after it';
COMMENT ON COLUMN etl.denials.reading_id IS 'The reading that asked for it';
