-- what:   how long requests waited until closed, or until we looked: what Kaplan-Meier curves are added up from
-- grain:  one row per source, month of the request, recency, service and age
-- reads:  marts.durations, marts.fact_service_requests, marts.as_of
-- writes: view marts.survival
CREATE OR REPLACE VIEW marts.survival AS
WITH aged AS (
    -- Of months that are older than a year, those that are over were counted as they came in.
    SELECT d.source, d.requested_month, d.service_code, 3 AS recency, d.age_days, d.n_closed, d.n_gone
    FROM marts.durations AS d
    INNER JOIN marts.as_of AS a ON a.source = d.source
    WHERE d.requested_month + INTERVAL 1 MONTH <= a.last_whole_day - 364
    UNION ALL
    SELECT
        f.source, f.requested_month, f.service_code,
        CASE
            WHEN f.requested_date > a.last_whole_day - 90 THEN 1
            WHEN f.requested_date > a.last_whole_day - 365 THEN 2
            ELSE 3
        END AS recency,
        floor(greatest(coalesce(
            f.days_to_close,
            (epoch_us(coalesce(f.gone_at, a.as_of)) - epoch_us(f.requested_datetime)) / 86400e6
        ), 0))::INTEGER AS age_days,
        CASE WHEN f.days_to_close IS NOT NULL THEN 1 ELSE 0 END AS n_closed,
        CASE WHEN f.days_to_close IS NULL THEN 1 ELSE 0 END AS n_gone
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE
        f.is_counted AND f.requested_datetime IS NOT NULL
        AND (
            f.requested_month + INTERVAL 1 MONTH > a.last_whole_day - 364
            OR (f.is_open AND f.days_to_close IS NULL)
        )
        -- Closed at a time that is not known, or that cannot be: no duration.
        AND (
            f.days_to_close IS NOT NULL
            OR (f.closed_datetime IS NULL AND (f.is_open OR f.is_gone))
        )
)

SELECT
    source, requested_month, service_code, recency, age_days,
    sum(n_closed)::BIGINT AS n_closed, sum(n_gone)::BIGINT AS n_censored
FROM aged
GROUP BY ALL;

COMMENT ON VIEW marts.survival IS 'Counted requests by whole days until their first closing, or until as_of where they are open, or until they were gone; sums over any rows give the curve of those rows';
COMMENT ON COLUMN marts.survival.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.survival.requested_month IS 'First day of the month of the requests, in the source''s zone';
COMMENT ON COLUMN marts.survival.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.survival.recency IS '1: requested in the last 90 whole days, 2: in the last 365, 3: before';
COMMENT ON COLUMN marts.survival.age_days IS 'Whole days, rounded down';
COMMENT ON COLUMN marts.survival.n_closed IS 'Requests closed at that age';
COMMENT ON COLUMN marts.survival.n_censored IS 'Requests that were not closed at that age, when last known';
