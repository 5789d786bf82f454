-- what:   whether wards are treated the same (question 18)
-- grain:  one row per source and ward
-- reads:  marts.fact_service_requests, marts.as_of
-- writes: view marts.ward_fairness
CREATE OR REPLACE VIEW marts.ward_fairness AS
WITH cohort AS (
    SELECT
        f.source, f.service_code, coalesce(f.ward, 'none') AS ward,
        count(*) AS n,
        count(*) FILTER (f.days_to_close <= 14) AS closed_14
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE
        f.is_counted
        AND f.requested_date BETWEEN a.last_whole_day - 378 AND a.last_whole_day - 14
        AND (f.days_to_close IS NOT NULL OR (f.is_open AND f.closed_datetime IS NULL))
    GROUP BY ALL
),

rate AS (
    SELECT source, service_code, sum(closed_14) / sum(n) AS rate FROM cohort GROUP BY ALL
),

summed AS (
    SELECT
        c.source, c.ward,
        sum(c.n)::BIGINT AS n,
        sum(c.closed_14)::BIGINT AS closed_14,
        sum(c.n * r.rate) AS expected_14,
        1.96 * sqrt(sum(c.n * r.rate * (1 - r.rate))) AS margin
    FROM cohort AS c
    INNER JOIN rate AS r ON r.source = c.source AND r.service_code = c.service_code
    GROUP BY ALL
)

SELECT
    source, ward, n, closed_14, expected_14,
    closed_14 / nullif(expected_14, 0) AS ratio,
    closed_14 / nullif(expected_14, 0) - margin / nullif(expected_14, 0) AS ratio_low,
    closed_14 / nullif(expected_14, 0) + margin / nullif(expected_14, 0) AS ratio_high,
    coalesce(abs(closed_14 - expected_14) > margin, false) AS differs,
    n < 50 AS too_few
FROM summed;

COMMENT ON VIEW marts.ward_fairness IS 'Share closed within 14 days in each ward against what the whole city''s rates give for its own mix of services (indirect standardisation), over a year of requests old enough; do not rank without the interval';
COMMENT ON COLUMN marts.ward_fairness.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.ward_fairness.ward IS 'Ward; none is a group of its own: requests without a ward';
COMMENT ON COLUMN marts.ward_fairness.n IS 'Counted requests of a year that ended 14 days before the last whole day';
COMMENT ON COLUMN marts.ward_fairness.closed_14 IS 'Of those, closed within 14 days';
COMMENT ON COLUMN marts.ward_fairness.expected_14 IS 'How many it would be at the city''s rate of each service';
COMMENT ON COLUMN marts.ward_fairness.ratio IS 'closed_14 / expected_14; above 1: quicker than its mix lets expect';
COMMENT ON COLUMN marts.ward_fairness.ratio_low IS 'Lower end of the 95 % interval of ratio';
COMMENT ON COLUMN marts.ward_fairness.ratio_high IS 'Upper end of it';
COMMENT ON COLUMN marts.ward_fairness.differs IS 'True where 1 is outside the interval';
COMMENT ON COLUMN marts.ward_fairness.too_few IS 'True where n is too small to show the figure beside it';
