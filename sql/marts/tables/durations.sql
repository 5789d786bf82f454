-- what:   how long requests took that were closed, or are gone: what does not grow older
-- grain:  one row per source, month of the request, service and age
-- reads:  nothing
-- writes: sql/marts/load/durations.sql
CREATE TABLE marts.durations (
    source VARCHAR NOT NULL,
    requested_month DATE NOT NULL,
    service_code VARCHAR NOT NULL,
    age_days INTEGER NOT NULL,
    n_closed BIGINT NOT NULL,
    n_gone BIGINT NOT NULL
);

COMMENT ON TABLE marts.durations IS 'Counted requests that are over, by whole days until their first closing or until they were gone; marts.survival has the open ones, too';
COMMENT ON COLUMN marts.durations.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.durations.requested_month IS 'First day of the month of the requests, in the source''s zone';
COMMENT ON COLUMN marts.durations.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.durations.age_days IS 'Whole days of 24 hours since the request';
COMMENT ON COLUMN marts.durations.n_closed IS 'Requests closed at this age';
COMMENT ON COLUMN marts.durations.n_gone IS 'Requests found gone at this age, without a known closing';
