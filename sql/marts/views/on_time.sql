-- what:   whether the city meets its own targets (question 8)
-- grain:  one row per source, month of the request and service
-- reads:  marts.cohorts, marts.fact_service_requests, marts.as_of, marts.service_names
-- writes: view marts.on_time
CREATE OR REPLACE VIEW marts.on_time AS
WITH step AS (
    SELECT source, requested_month, service_code, requests, with_target, judged AS due, met AS on_time
    FROM marts.cohorts
    UNION ALL
    -- Whose target has not passed is not judged yet.
    SELECT
        f.source, f.requested_month, f.service_code, 0, 0,
        CASE
            WHEN f.days_to_close IS NOT NULL OR (f.is_open AND f.closed_datetime IS NULL) THEN -1
            ELSE 0
        END,
        CASE
            WHEN f.days_to_close IS NOT NULL AND f.closed_datetime <= f.first_expected_datetime THEN -1
            ELSE 0
        END
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE
        f.is_counted AND f.requested_month IS NOT NULL AND f.first_expected_datetime > a.as_of
),

judged AS (
    SELECT
        source, requested_month, service_code,
        sum(requests)::BIGINT AS requests, sum(with_target)::BIGINT AS with_target,
        sum(due)::BIGINT AS due, sum(on_time)::BIGINT AS on_time
    FROM step
    GROUP BY ALL
)

SELECT
    j.source, j.requested_month, j.service_code,
    coalesce(n.service_name, j.service_code) AS service_name,
    j.requests, j.with_target, j.with_target / j.requests AS coverage,
    j.due, j.on_time,
    CASE WHEN j.due > 0 THEN j.on_time / j.due END AS share_on_time,
    j.due < 50 AS too_few
FROM judged AS j
LEFT JOIN marts.service_names AS n ON n.source = j.source AND n.service_code = j.service_code;

COMMENT ON VIEW marts.on_time IS 'Of the counted requests whose first target has passed at as_of: how many were closed by then; open and past the target is late';
COMMENT ON COLUMN marts.on_time.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.on_time.requested_month IS 'First day of the month of the requests, in the source''s zone';
COMMENT ON COLUMN marts.on_time.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.on_time.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.on_time.requests IS 'Counted requests of the month';
COMMENT ON COLUMN marts.on_time.with_target IS 'Of those, with a target';
COMMENT ON COLUMN marts.on_time.coverage IS 'with_target / requests';
COMMENT ON COLUMN marts.on_time.due IS 'Requests whose first target has passed, and whose closing has a known time if there is one';
COMMENT ON COLUMN marts.on_time.on_time IS 'Of those, first closed at or before the target';
COMMENT ON COLUMN marts.on_time.share_on_time IS 'on_time / due';
COMMENT ON COLUMN marts.on_time.too_few IS 'True where n is too small to show the figure beside it';
