-- what:   how long requests waited until closed, or until we looked: what Kaplan-Meier curves are added up from
-- grain:  one row per source, month of the request, recency, service and age
-- reads:  marts.waits
-- writes: view marts.survival
CREATE OR REPLACE VIEW marts.survival AS
SELECT
    source, requested_month, service_code, recency, age_days,
    sum(n_closed)::BIGINT AS n_closed, sum(n_censored)::BIGINT AS n_censored
FROM marts.waits
GROUP BY ALL;

COMMENT ON VIEW marts.survival IS 'Counted requests by whole days until their first closing, or until as_of where they are open, or until they were gone; sums over any rows give the curve of those rows';
COMMENT ON COLUMN marts.survival.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.survival.requested_month IS 'First day of the month of the requests, in the source''s zone';
COMMENT ON COLUMN marts.survival.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.survival.recency IS '1: requested in the last 90 whole days, 2: in the last 365, 3: before';
COMMENT ON COLUMN marts.survival.age_days IS 'Whole days, rounded down';
COMMENT ON COLUMN marts.survival.n_closed IS 'Requests closed at that age';
COMMENT ON COLUMN marts.survival.n_censored IS 'Requests that were not closed at that age, when last known';
