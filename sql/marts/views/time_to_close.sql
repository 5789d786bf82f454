-- what:   how long it takes, by Kaplan-Meier and naively (question 6)
-- grain:  one row per source, span of requests and service
-- reads:  marts.waits, marts.service_names
-- writes: view marts.time_to_close
CREATE OR REPLACE VIEW marts.time_to_close AS
WITH waited AS (
    SELECT
        source, service_code, recency, age_days,
        sum(n_closed)::BIGINT AS closed, sum(n_censored)::BIGINT AS censored
    FROM marts.waits
    GROUP BY ALL
),

age AS (
    SELECT
        w.source, s.span, w.service_code, w.age_days,
        sum(w.closed)::BIGINT AS closed,
        sum(w.censored)::BIGINT AS censored
    FROM waited AS w
    INNER JOIN (VALUES ('last 90 days', 1), ('last 365 days', 2), ('all', 3)) AS s (span, recency)
        ON w.recency <= s.recency
    GROUP BY ALL
),

risk AS (
    SELECT
        *,
        sum(closed + censored) OVER (ages ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS at_risk,
        sum(closed) OVER (ages ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS closed_by,
        sum(closed) OVER (ages ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS closed_ever
    FROM age
    WINDOW ages AS (PARTITION BY source, span, service_code ORDER BY age_days)
),

curve AS (
    SELECT
        *,
        product(1 - closed / at_risk) OVER (
            PARTITION BY source, span, service_code ORDER BY age_days
        ) AS surviving
    FROM risk
)

SELECT
    c.source, c.span, c.service_code,
    coalesce(any_value(n.service_name), c.service_code) AS service_name,
    sum(c.closed + c.censored)::BIGINT AS n,
    sum(c.closed)::BIGINT AS closed,
    sum(c.censored)::BIGINT AS still_open,
    -- A billionth is for the rounding of products.
    min(c.age_days) FILTER (c.surviving <= 0.5 + 1e-9) AS km_median_days,
    min(c.age_days) FILTER (c.surviving <= 0.1 + 1e-9) AS km_p90_days,
    min(c.age_days) FILTER (c.closed_ever > 0 AND c.closed_by >= 0.5 * c.closed_ever)
        AS naive_median_days,
    min(c.age_days) FILTER (c.closed_ever > 0 AND c.closed_by >= 0.9 * c.closed_ever)
        AS naive_p90_days,
    sum(c.closed + c.censored) < 20 AS too_few
FROM curve AS c
LEFT JOIN marts.service_names AS n ON n.source = c.source AND n.service_code = c.service_code
GROUP BY c.source, c.span, c.service_code;

COMMENT ON VIEW marts.time_to_close IS 'Days from request to first closing, open requests counted for what they are known to have waited; closed is not fixed';
COMMENT ON COLUMN marts.time_to_close.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.time_to_close.span IS 'Which requests: those made in the last 90 or 365 whole days, or all';
COMMENT ON COLUMN marts.time_to_close.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.time_to_close.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.time_to_close.n IS 'Requests that the curve is made from';
COMMENT ON COLUMN marts.time_to_close.closed IS 'Of those, closed';
COMMENT ON COLUMN marts.time_to_close.still_open IS 'Of those, open at as_of or gone: known to have taken at least so long';
COMMENT ON COLUMN marts.time_to_close.km_median_days IS 'Median days to close by Kaplan-Meier; null: not reached, more than half are not closed that soon';
COMMENT ON COLUMN marts.time_to_close.km_p90_days IS 'Days by which nine tenths are closed, by Kaplan-Meier; null: not reached';
COMMENT ON COLUMN marts.time_to_close.naive_median_days IS 'Median days of the closed ones alone: a warning, not an answer, since it leaves out all that takes long';
COMMENT ON COLUMN marts.time_to_close.naive_p90_days IS 'As naive_median_days, nine tenths';
COMMENT ON COLUMN marts.time_to_close.too_few IS 'True where n is too small to show the figure beside it';
