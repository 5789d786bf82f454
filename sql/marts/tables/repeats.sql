-- what:   closings after which the same spot failed again
-- grain:  one row per request whose first closing was followed so
-- reads:  nothing
-- writes: sql/marts/load/repeats.sql
CREATE TABLE marts.repeats (
    source VARCHAR NOT NULL,
    service_request_id VARCHAR NOT NULL,
    again_service_request_id VARCHAR NOT NULL,
    days DOUBLE NOT NULL,
    metres DOUBLE NOT NULL,
    service_code VARCHAR NOT NULL,
    closed_datetime TIMESTAMPTZ NOT NULL,
    closed_date DATE NOT NULL,
    lat DOUBLE NOT NULL,
    long DOUBLE NOT NULL
);

COMMENT ON TABLE marts.repeats IS 'Counted requests whose first closing was followed within 30 days by a counted request for the same service within 55 m';
COMMENT ON COLUMN marts.repeats.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.repeats.service_request_id IS 'The request that was closed';
COMMENT ON COLUMN marts.repeats.again_service_request_id IS 'The first request that followed';
COMMENT ON COLUMN marts.repeats.days IS 'Days from the closing to it';
COMMENT ON COLUMN marts.repeats.metres IS 'Metres between the two';
COMMENT ON COLUMN marts.repeats.service_code IS 'Code of the service of both';
COMMENT ON COLUMN marts.repeats.closed_datetime IS 'When the first was closed';
COMMENT ON COLUMN marts.repeats.closed_date IS 'Day of closed_datetime in the source''s zone';
COMMENT ON COLUMN marts.repeats.lat IS 'Latitude of the request that was closed, WGS84, degrees';
COMMENT ON COLUMN marts.repeats.long IS 'Longitude of the request that was closed, WGS84, degrees';
