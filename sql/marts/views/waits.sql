-- what:   how long requests waited until closed, or until we looked, as far as they are added up
-- grain:  one row per request, or month of the request, service and age; sums alone mean something
-- reads:  marts.durations, marts.fact_service_requests, marts.as_of
-- writes: view marts.waits
CREATE OR REPLACE VIEW marts.waits AS
-- Of months that are older than a year, those that are over were counted as they came in.
SELECT
    d.source, d.requested_month, d.service_code, 3 AS recency, d.age_days, d.n_closed,
    d.n_gone AS n_censored
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
    CASE WHEN f.days_to_close IS NULL THEN 1 ELSE 0 END AS n_censored
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
    );

COMMENT ON VIEW marts.waits IS 'What marts.survival and marts.time_to_close add up: requests one by one, and those of old months that are over as sums; rows may be alike';
COMMENT ON COLUMN marts.waits.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.waits.requested_month IS 'First day of the month of the requests, in the source''s zone';
COMMENT ON COLUMN marts.waits.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.waits.recency IS '1: made in the last 90 whole days; 2: in the 275 before; 3: earlier';
COMMENT ON COLUMN marts.waits.age_days IS 'Whole days of 24 hours since the request';
COMMENT ON COLUMN marts.waits.n_closed IS 'Requests closed at this age';
COMMENT ON COLUMN marts.waits.n_censored IS 'Requests known to have been open for so long: open at as_of, or gone';
