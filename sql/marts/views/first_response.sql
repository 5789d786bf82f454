-- what:   how long the first answer takes (question 10)
-- grain:  one row per source and service
-- reads:  marts.fact_service_requests, marts.as_of, marts.service_names
-- writes: view marts.first_response
CREATE OR REPLACE VIEW marts.first_response AS
WITH waited AS (
    SELECT
        f.source, f.service_code,
        f.first_response_datetime IS NOT NULL AS answered,
        floor(greatest(
            epoch_us(coalesce(f.first_response_datetime, f.gone_at, a.as_of))
            - epoch_us(f.requested_datetime), 0
        ) / 3600e6)::INTEGER AS hours
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE
        f.is_counted AND f.requested_date > a.last_whole_day - 365
        AND (f.first_response_datetime IS NOT NULL OR f.is_open OR f.is_gone)
),

age AS (
    SELECT
        source, service_code, hours,
        count(*) FILTER (answered) AS answers,
        count(*) AS waiting
    FROM waited
    GROUP BY ALL
),

risk AS (
    SELECT
        *,
        sum(waiting) OVER (
            PARTITION BY source, service_code ORDER BY hours
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS at_risk
    FROM age
),

curve AS (
    SELECT
        *,
        product(1 - answers / at_risk) OVER (PARTITION BY source, service_code ORDER BY hours)
            AS surviving
    FROM risk
)

SELECT
    c.source, c.service_code,
    coalesce(any_value(n.service_name), c.service_code) AS service_name,
    sum(c.waiting)::BIGINT AS n,
    sum(c.answers)::BIGINT AS answered,
    min(c.hours) FILTER (c.surviving <= 0.5 + 1e-9) AS km_median_hours,
    min(c.hours) FILTER (c.surviving <= 0.1 + 1e-9) AS km_p90_hours,
    sum(c.waiting) < 20 AS too_few
FROM curve AS c
LEFT JOIN marts.service_names AS n ON n.source = c.source AND n.service_code = c.service_code
GROUP BY c.source, c.service_code;

COMMENT ON VIEW marts.first_response IS 'Hours from request to first answer, of counted requests made in the last 365 whole days, by Kaplan-Meier; GeoReport has no field for it, so where there are no notes it is known only as finely as pulls look';
COMMENT ON COLUMN marts.first_response.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.first_response.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.first_response.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.first_response.n IS 'Requests that the curve is made from';
COMMENT ON COLUMN marts.first_response.answered IS 'Of those, answered';
COMMENT ON COLUMN marts.first_response.km_median_hours IS 'Hours by which half are answered, by Kaplan-Meier; null: not reached';
COMMENT ON COLUMN marts.first_response.km_p90_hours IS 'Hours by which nine tenths are answered; null: not reached';
COMMENT ON COLUMN marts.first_response.too_few IS 'True where n is too small to show the figure beside it';
