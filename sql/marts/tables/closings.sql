-- what:   the closings of each month: what reopenings, repeats and suspicious closings are shares of
-- grain:  one row per source, month of the closing and service
-- reads:  nothing
-- writes: sql/marts/load/closings.sql
CREATE TABLE marts.closings (
    source VARCHAR NOT NULL,
    closed_month DATE NOT NULL,
    service_code VARCHAR NOT NULL,
    first_closings BIGINT NOT NULL,
    within_10_minutes BIGINT NOT NULL,
    before_request BIGINT NOT NULL,
    placed BIGINT NOT NULL,
    closings BIGINT NOT NULL,
    reopened BIGINT NOT NULL
);

COMMENT ON TABLE marts.closings IS 'Closings of counted requests by month; sums over any rows are right. marts.reopened and marts.same_place_again leave out what is too young to be judged';
COMMENT ON COLUMN marts.closings.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.closings.closed_month IS 'First day of the month of the closings, in the source''s zone';
COMMENT ON COLUMN marts.closings.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.closings.first_closings IS 'First closings whose time is known';
COMMENT ON COLUMN marts.closings.within_10_minutes IS 'Of those, within 10 minutes of the request';
COMMENT ON COLUMN marts.closings.before_request IS 'Of those, before the request';
COMMENT ON COLUMN marts.closings.placed IS 'Of those, of requests with a place, and not before the request';
COMMENT ON COLUMN marts.closings.closings IS 'Closings as notes and versions tell, further ones after a reopening too';
COMMENT ON COLUMN marts.closings.reopened IS 'Of those, opened again within 30 days';
