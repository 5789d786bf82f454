-- what:   whether the same spot fails again (question 13)
-- grain:  one row per source, month of the closing and service
-- reads:  marts.open_spells, marts.repeats, marts.fact_service_requests, marts.as_of, marts.service_names
-- writes: view marts.same_place_again
CREATE OR REPLACE VIEW marts.same_place_again AS
SELECT
    f.source,
    date_trunc('month', f.closed_date)::DATE AS closed_month,
    f.service_code,
    coalesce(any_value(n.service_name), f.service_code) AS service_name,
    count(*) AS closings,
    count(r.service_request_id) AS again,
    again / closings AS share_again,
    closings < 50 AS too_few
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
LEFT JOIN marts.repeats AS r
    ON r.source = f.source AND r.service_request_id = f.service_request_id
LEFT JOIN marts.service_names AS n ON n.source = f.source AND n.service_code = f.service_code
WHERE
    f.is_counted AND f.lat IS NOT NULL AND f.days_to_close IS NOT NULL
    AND epoch_us(f.closed_datetime) <= epoch_us(a.as_of) - 30 * 86400e6
GROUP BY f.source, date_trunc('month', f.closed_date)::DATE, f.service_code;

COMMENT ON VIEW marts.same_place_again IS 'First closings with a place, at least 30 days old at as_of, and how many were followed within 30 days by a new counted request for the same service within 55 m; corners and city halls gather points that are not the same spot';
COMMENT ON COLUMN marts.same_place_again.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.same_place_again.closed_month IS 'First day of the month of the closings, in the source''s zone';
COMMENT ON COLUMN marts.same_place_again.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.same_place_again.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.same_place_again.closings IS 'First closings of counted requests with coordinates';
COMMENT ON COLUMN marts.same_place_again.again IS 'Of those, followed by another request';
COMMENT ON COLUMN marts.same_place_again.share_again IS 'again / closings';
COMMENT ON COLUMN marts.same_place_again.too_few IS 'True where n is too small to show the figure beside it';
