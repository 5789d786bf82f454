-- what:   entries without service_request_id: who they are, not what they say
-- grain:  one row per entry
-- reads:  nothing
-- writes: sql/load/pending.sql
CREATE TABLE IF NOT EXISTS etl.pending (
    source VARCHAR NOT NULL,
    pending_key VARCHAR NOT NULL,
    token VARCHAR,
    service_code VARCHAR,
    requested_datetime TIMESTAMPTZ,
    lat DOUBLE,
    long DOUBLE,
    window_start TIMESTAMPTZ NOT NULL,
    window_end TIMESTAMPTZ NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    resolved_at TIMESTAMPTZ,
    resolution VARCHAR,
    service_request_id VARCHAR
);

COMMENT ON TABLE etl.pending IS 'Entries without service_request_id, which are dropped and counted until they have one';
COMMENT ON COLUMN etl.pending.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN etl.pending.pending_key IS 'The token, else a hash of code, time and place; all entries without any of these share one key a window';
COMMENT ON COLUMN etl.pending.token IS 'Token, where the source gives one';
COMMENT ON COLUMN etl.pending.service_code IS 'Code of the requested service';
COMMENT ON COLUMN etl.pending.requested_datetime IS 'When it was requested';
COMMENT ON COLUMN etl.pending.lat IS 'Latitude, to recognise it later';
COMMENT ON COLUMN etl.pending.long IS 'Longitude, to recognise it later';
COMMENT ON COLUMN etl.pending.window_start IS 'Window that showed it; its own second where a reading by id or by time of update did';
COMMENT ON COLUMN etl.pending.window_end IS 'End of that window';
COMMENT ON COLUMN etl.pending.first_seen_at IS 'When a pull first saw it';
COMMENT ON COLUMN etl.pending.last_seen_at IS 'When a pull last saw it without id';
COMMENT ON COLUMN etl.pending.resolved_at IS 'When it was found to have an id, or to be gone';
COMMENT ON COLUMN etl.pending.resolution IS 'token, place and time, or no longer listed';
COMMENT ON COLUMN etl.pending.service_request_id IS 'The id that it got, where known';
