-- what:   what became of the requests of each month: what shares closed in time are added up from
-- grain:  one row per source, month of the request and service
-- reads:  nothing
-- writes: sql/marts/load/cohorts.sql
CREATE TABLE marts.cohorts (
    source VARCHAR NOT NULL,
    requested_month DATE NOT NULL,
    service_code VARCHAR NOT NULL,
    requests BIGINT NOT NULL,
    known BIGINT NOT NULL,
    closed_7 BIGINT NOT NULL,
    closed_30 BIGINT NOT NULL,
    with_target BIGINT NOT NULL,
    judged BIGINT NOT NULL,
    met BIGINT NOT NULL
);

COMMENT ON TABLE marts.cohorts IS 'What became of the counted requests made in a month; sums over any rows are right. marts.closed_within and marts.on_time leave out what is too young to be judged';
COMMENT ON COLUMN marts.cohorts.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.cohorts.requested_month IS 'First day of the month of the requests, in the source''s zone';
COMMENT ON COLUMN marts.cohorts.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.cohorts.requests IS 'Counted requests';
COMMENT ON COLUMN marts.cohorts.known IS 'Of those, open ones, and closed ones whose length of time is known';
COMMENT ON COLUMN marts.cohorts.closed_7 IS 'Of those known, closed within 7 days';
COMMENT ON COLUMN marts.cohorts.closed_30 IS 'Of those known, closed within 30 days';
COMMENT ON COLUMN marts.cohorts.with_target IS 'Requests with a first target';
COMMENT ON COLUMN marts.cohorts.judged IS 'Of those known, those with a first target, whether it has passed or not';
COMMENT ON COLUMN marts.cohorts.met IS 'Of those judged, closed by their first target, also where it has not passed yet';
