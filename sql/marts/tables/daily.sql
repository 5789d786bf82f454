-- what:   what happened to requests on each local day: the cube that volume, backlog and weeks add up
-- grain:  one row per source, day, service and ward on which anything happened
-- reads:  nothing
-- writes: sql/marts/load/daily.sql
CREATE TABLE marts.daily (
    source VARCHAR NOT NULL,
    day DATE NOT NULL,
    service_code VARCHAR NOT NULL,
    ward VARCHAR NOT NULL,
    requests BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    info_only BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    reopened BIGINT NOT NULL,
    gone BIGINT NOT NULL
);

COMMENT ON TABLE marts.daily IS 'What happened on each local day, by service and ward; sums over any rows are right. Backlog on a day: requests - duplicates - info_only + reopened - closed - gone, summed up to it';
COMMENT ON COLUMN marts.daily.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.daily.day IS 'Day in the source''s zone';
COMMENT ON COLUMN marts.daily.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.daily.ward IS 'Ward; none is a group of its own';
COMMENT ON COLUMN marts.daily.requests IS 'Requests made on that day, all of them';
COMMENT ON COLUMN marts.daily.duplicates IS 'Of those, duplicates';
COMMENT ON COLUMN marts.daily.info_only IS 'Of those, information only and no duplicate';
COMMENT ON COLUMN marts.daily.closed IS 'Closings on that day of counted requests, further ones after a reopening too; a closing before the request counts on the day of the request';
COMMENT ON COLUMN marts.daily.reopened IS 'Reopenings on that day of counted requests';
COMMENT ON COLUMN marts.daily.gone IS 'Counted requests that were open and found gone on that day';
