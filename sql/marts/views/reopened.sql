-- what:   whether crews have to come back (question 11)
-- grain:  one row per source, month of the closing and service
-- reads:  marts.closings, marts.open_spells, marts.as_of, marts.service_names
-- writes: view marts.reopened
CREATE OR REPLACE VIEW marts.reopened AS
WITH step AS (
    SELECT source, closed_month, service_code, closings, reopened FROM marts.closings
    UNION ALL
    -- What was closed less than 30 days ago is not judged yet.
    SELECT
        s.source, date_trunc('month', s.ended_date)::DATE, s.service_code, -1,
        CASE
            WHEN epoch_us(s.reopened_datetime) - epoch_us(s.ended_datetime) <= 30 * 86400e6 THEN -1
            ELSE 0
        END
    FROM marts.open_spells AS s
    INNER JOIN marts.as_of AS a ON a.source = s.source
    WHERE
        s.ended_by = 'closed' AND s.is_counted
        AND epoch_us(s.ended_datetime) > epoch_us(a.as_of) - 30 * 86400e6
)

SELECT
    s.source, s.closed_month, s.service_code,
    coalesce(any_value(n.service_name), s.service_code) AS service_name,
    sum(s.closings)::BIGINT AS closings,
    sum(s.reopened)::BIGINT AS reopened,
    sum(s.reopened) / sum(s.closings) AS share_reopened,
    sum(s.closings) < 50 AS too_few
FROM step AS s
LEFT JOIN marts.service_names AS n ON n.source = s.source AND n.service_code = s.service_code
GROUP BY s.source, s.closed_month, s.service_code
HAVING sum(s.closings) > 0;

COMMENT ON VIEW marts.reopened IS 'Closings that are at least 30 days old at as_of, and how many of them were opened again within 30 days, as notes and versions tell; a city that makes a new linked request instead hides it';
COMMENT ON COLUMN marts.reopened.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.reopened.closed_month IS 'First day of the month of the closings, in the source''s zone';
COMMENT ON COLUMN marts.reopened.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.reopened.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.reopened.closings IS 'Closings of counted requests that are at least 30 days old';
COMMENT ON COLUMN marts.reopened.reopened IS 'Of those, opened again within 30 days';
COMMENT ON COLUMN marts.reopened.share_reopened IS 'reopened / closings';
COMMENT ON COLUMN marts.reopened.too_few IS 'True where n is too small to show the figure beside it';
