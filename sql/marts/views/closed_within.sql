-- what:   the share closed within 7 and 30 days (question 7)
-- grain:  one row per source, month of the request and service
-- reads:  marts.cohorts, marts.as_of, marts.service_names
-- writes: view marts.closed_within
CREATE OR REPLACE VIEW marts.closed_within AS
WITH cohort AS (
    SELECT
        c.source, c.requested_month, c.service_code,
        c.requested_month + INTERVAL 1 MONTH + INTERVAL 7 DAY <= a.as_of_date AS mature_7,
        c.requested_month + INTERVAL 1 MONTH + INTERVAL 30 DAY <= a.as_of_date AS mature_30,
        -- No duration: closed at a time that is not known; gone before anybody could close it.
        c.known AS n, c.closed_7, c.closed_30
    FROM marts.cohorts AS c
    INNER JOIN marts.as_of AS a ON a.source = c.source
    WHERE c.known > 0 AND c.requested_month >= a.first_day
)

SELECT
    c.source, c.requested_month, c.service_code,
    coalesce(n.service_name, c.service_code) AS service_name,
    c.n,
    CASE WHEN c.mature_7 THEN c.closed_7 END AS closed_7,
    CASE WHEN c.mature_7 THEN c.closed_7 / c.n END AS share_7,
    CASE WHEN c.mature_30 THEN c.closed_30 END AS closed_30,
    CASE WHEN c.mature_30 THEN c.closed_30 / c.n END AS share_30,
    c.n < 50 AS too_few
FROM cohort AS c
LEFT JOIN marts.service_names AS n ON n.source = c.source AND n.service_code = c.service_code;

COMMENT ON VIEW marts.closed_within IS 'Cohorts of whole months: of the counted requests made in a month, how many were closed within 7 and 30 days; null until the whole month is older than that';
COMMENT ON COLUMN marts.closed_within.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.closed_within.requested_month IS 'First day of the month of the requests, in the source''s zone';
COMMENT ON COLUMN marts.closed_within.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.closed_within.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.closed_within.n IS 'Requests of the month';
COMMENT ON COLUMN marts.closed_within.closed_7 IS 'Of those, closed within 7 days; null while the month is too young';
COMMENT ON COLUMN marts.closed_within.share_7 IS 'closed_7 / n';
COMMENT ON COLUMN marts.closed_within.closed_30 IS 'Of those, closed within 30 days; null while the month is too young';
COMMENT ON COLUMN marts.closed_within.share_30 IS 'closed_30 / n';
COMMENT ON COLUMN marts.closed_within.too_few IS 'True where n is too small to show the figure beside it';
