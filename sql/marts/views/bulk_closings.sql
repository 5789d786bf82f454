-- what:   days on which a service was closed in bulk (question 19)
-- grain:  one row per source, service and such a day
-- reads:  marts.daily, marts.service_names
-- writes: view marts.bulk_closings
CREATE OR REPLACE VIEW marts.bulk_closings AS
WITH closed AS (
    SELECT source, service_code, day, sum(closed)::BIGINT AS closed
    FROM marts.daily
    GROUP BY ALL
    HAVING sum(closed) > 0
),

usual AS (
    SELECT
        source, service_code,
        sum(closed) / (max(day) - min(day) + 1) AS usual
    FROM closed
    GROUP BY ALL
)

SELECT
    c.source, c.service_code,
    coalesce(n.service_name, c.service_code) AS service_name,
    c.day, c.closed, u.usual
FROM closed AS c
INNER JOIN usual AS u ON u.source = c.source AND u.service_code = c.service_code
LEFT JOIN marts.service_names AS n ON n.source = c.source AND n.service_code = c.service_code
WHERE c.closed >= 100 AND c.closed > 10 * u.usual;

COMMENT ON VIEW marts.bulk_closings IS 'Days with at least 100 closings of a service, more than ten times its usual day: a clean-up of the books rather than of the streets';
COMMENT ON COLUMN marts.bulk_closings.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.bulk_closings.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.bulk_closings.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.bulk_closings.day IS 'Day in the source''s zone';
COMMENT ON COLUMN marts.bulk_closings.closed IS 'Closings of counted requests on that day';
COMMENT ON COLUMN marts.bulk_closings.usual IS 'Mean closings a day between the first and the last closing of the service';
