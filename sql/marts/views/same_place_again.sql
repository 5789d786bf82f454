-- what:   whether the same spot fails again (question 13)
-- grain:  one row per source, month of the closing and service
-- reads:  marts.closings, marts.repeats, marts.fact_service_requests, marts.as_of, marts.service_names
-- writes: view marts.same_place_again
CREATE OR REPLACE VIEW marts.same_place_again AS
WITH step AS (
    SELECT source, closed_month, service_code, placed AS closings, 0 AS again FROM marts.closings
    UNION ALL
    SELECT r.source, date_trunc('month', r.closed_date)::DATE, r.service_code, 0, 1
    FROM marts.repeats AS r
    INNER JOIN marts.as_of AS a ON a.source = r.source
    WHERE epoch_us(r.closed_datetime) <= epoch_us(a.as_of) - 30 * 86400e6
    UNION ALL
    -- What was closed less than 30 days ago is not judged yet.
    SELECT f.source, date_trunc('month', f.closed_date)::DATE, f.service_code, -1, 0
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE
        f.is_counted AND f.lat IS NOT NULL AND f.days_to_close IS NOT NULL
        AND epoch_us(f.closed_datetime) > epoch_us(a.as_of) - 30 * 86400e6
)

SELECT
    s.source, s.closed_month, s.service_code,
    coalesce(any_value(n.service_name), s.service_code) AS service_name,
    sum(s.closings)::BIGINT AS closings,
    sum(s.again)::BIGINT AS again,
    sum(s.again) / sum(s.closings) AS share_again,
    sum(s.closings) < 50 AS too_few
FROM step AS s
LEFT JOIN marts.service_names AS n ON n.source = s.source AND n.service_code = s.service_code
GROUP BY s.source, s.closed_month, s.service_code
HAVING sum(s.closings) > 0;

COMMENT ON VIEW marts.same_place_again IS 'First closings with a place, at least 30 days old at as_of, and how many were followed within 30 days by a new counted request for the same service within 55 m; corners and city halls gather points that are not the same spot';
COMMENT ON COLUMN marts.same_place_again.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.same_place_again.closed_month IS 'First day of the month of the closings, in the source''s zone';
COMMENT ON COLUMN marts.same_place_again.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.same_place_again.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.same_place_again.closings IS 'First closings of counted requests with coordinates';
COMMENT ON COLUMN marts.same_place_again.again IS 'Of those, followed by another request';
COMMENT ON COLUMN marts.same_place_again.share_again IS 'again / closings';
COMMENT ON COLUMN marts.same_place_again.too_few IS 'True where n is too small to show the figure beside it';
