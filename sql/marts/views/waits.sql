-- what:   how long requests waited until closed, or until we looked, as far as they are added up
-- grain:  one row per request, or month of the request, service and age; sums alone mean something
-- reads:  marts.durations, marts.fact_service_requests, marts.as_of
-- writes: view marts.waits
CREATE OR REPLACE VIEW marts.waits AS
WITH known AS (
    SELECT
        source, as_of, last_whole_day - 90 AS day_90, last_whole_day - 365 AS day_365,
        date_trunc('month', day_90)::DATE AS month_90,
        date_trunc('month', day_365)::DATE AS month_365
    FROM marts.as_of
),

-- In two months the spans begin; requests of these are looked at one by one.
cut AS (
    SELECT source, day_90, day_365, unnest([month_90, month_365]) AS month FROM known
)

SELECT
    d.source, d.requested_month, d.service_code,
    CASE WHEN d.requested_month > k.day_90 THEN 1 WHEN d.requested_month > k.day_365 THEN 2 ELSE 3 END
        AS recency,
    d.age_days, d.n_closed, d.n_gone AS n_censored
FROM marts.durations AS d
INNER JOIN known AS k ON k.source = d.source
WHERE d.requested_month <> k.month_90 AND d.requested_month <> k.month_365
UNION ALL
SELECT
    f.source, f.requested_month, f.service_code,
    CASE WHEN f.requested_date > c.day_90 THEN 1 WHEN f.requested_date > c.day_365 THEN 2 ELSE 3 END,
    floor(greatest(coalesce(
        f.days_to_close, (epoch_us(f.gone_at) - epoch_us(f.requested_datetime)) / 86400e6
    ), 0))::INTEGER,
    CASE WHEN f.days_to_close IS NOT NULL THEN 1 ELSE 0 END,
    CASE WHEN f.days_to_close IS NULL THEN 1 ELSE 0 END
FROM marts.fact_service_requests AS f
INNER JOIN cut AS c ON c.source = f.source AND c.month = f.requested_month
WHERE
    -- Closed at a time that is not known, or that cannot be: no duration.
    f.is_counted AND (f.days_to_close IS NOT NULL OR (f.closed_datetime IS NULL AND f.is_gone))
UNION ALL
SELECT
    f.source, f.requested_month, f.service_code,
    CASE WHEN f.requested_date > k.day_90 THEN 1 WHEN f.requested_date > k.day_365 THEN 2 ELSE 3 END,
    floor(greatest((epoch_us(k.as_of) - epoch_us(f.requested_datetime)) / 86400e6, 0))::INTEGER,
    0, 1
FROM marts.fact_service_requests AS f
INNER JOIN known AS k ON k.source = f.source
WHERE
    f.is_open AND f.is_counted AND f.closed_datetime IS NULL AND f.requested_datetime IS NOT NULL;

COMMENT ON VIEW marts.waits IS 'What marts.survival and marts.time_to_close add up: requests one by one, and those of old months that are over as sums; rows may be alike';
COMMENT ON COLUMN marts.waits.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.waits.requested_month IS 'First day of the month of the requests, in the source''s zone';
COMMENT ON COLUMN marts.waits.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.waits.recency IS '1: made in the last 90 whole days; 2: in the 275 before; 3: earlier';
COMMENT ON COLUMN marts.waits.age_days IS 'Whole days of 24 hours since the request';
COMMENT ON COLUMN marts.waits.n_closed IS 'Requests closed at this age';
COMMENT ON COLUMN marts.waits.n_censored IS 'Requests known to have been open for so long: open at as_of, or gone';
