-- what:   whether it is up or down on last year (question 17)
-- grain:  one row per source and service
-- reads:  marts.daily, marts.as_of, marts.service_names
-- writes: view marts.year_over_year
CREATE OR REPLACE VIEW marts.year_over_year AS
WITH counted AS (
    SELECT
        d.source, d.service_code, a.last_whole_day AS last_day,
        coalesce(sum(d.requests - d.duplicates - d.info_only) FILTER (
            d.day > a.last_whole_day - 364
        ), 0)::BIGINT AS requests,
        coalesce(sum(d.requests - d.duplicates - d.info_only) FILTER (
            d.day <= a.last_whole_day - 364
        ), 0)::BIGINT AS before
    FROM marts.daily AS d
    INNER JOIN marts.as_of AS a ON a.source = d.source
    WHERE
        d.day BETWEEN a.last_whole_day - 727 AND a.last_whole_day
        AND a.first_day <= a.last_whole_day - 727
    GROUP BY ALL
)

SELECT
    c.source, c.service_code,
    coalesce(n.service_name, c.service_code) AS service_name,
    c.last_day, c.requests, c.before,
    c.requests / nullif(c.before, 0) - 1 AS change,
    least(c.requests, c.before) < 50 AS too_few
FROM counted AS c
LEFT JOIN marts.service_names AS n ON n.source = c.source AND n.service_code = c.service_code
WHERE c.requests > 0 OR c.before > 0;

COMMENT ON VIEW marts.year_over_year IS 'Counted requests of the last 364 whole days against the 364 before: 52 weeks, so that weekdays are the same; empty where less was read';
COMMENT ON COLUMN marts.year_over_year.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.year_over_year.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.year_over_year.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.year_over_year.last_day IS 'Last day of the newer span';
COMMENT ON COLUMN marts.year_over_year.requests IS 'Counted requests of the last 364 whole days';
COMMENT ON COLUMN marts.year_over_year.before IS 'Counted requests of the 364 days before';
COMMENT ON COLUMN marts.year_over_year.change IS 'requests / before - 1; null where there were none before';
COMMENT ON COLUMN marts.year_over_year.too_few IS 'True where n is too small to show the figure beside it';
