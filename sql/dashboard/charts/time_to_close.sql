-- what:   how long requests take, by service (Kaplan and Meier)
-- grain:  one row per service
-- reads:  chosen and view, which the page puts before it
-- writes: nothing
WITH cohort AS (
    SELECT c.source, c.service_code, c.service_name, c.hours, c.fate = 'closed' AS closed
    FROM chosen AS c
    CROSS JOIN view AS v
    WHERE c.spell = 1 AND c.opened_date BETWEEN v.first_day AND v.last_day AND c.hours IS NOT NULL
),

step AS (
    SELECT
        source, service_code, hours, count(*) FILTER (closed) AS closed, count(*) AS leaving
    FROM cohort
    GROUP BY ALL
),

risk AS (
    SELECT
        source, service_code, hours, closed,
        sum(leaving) OVER (PARTITION BY source, service_code ORDER BY hours DESC) AS at_risk
    FROM step
),

curve AS (
    SELECT
        source, service_code, hours,
        product(1 - closed / at_risk) OVER (PARTITION BY source, service_code ORDER BY hours) AS still_open
    FROM risk
),

size AS (
    SELECT
        source, service_code, any_value(service_name) AS service, count(*) AS n,
        count(*) FILTER (closed) AS closed
    FROM cohort
    GROUP BY source, service_code
)

SELECT
    s.source, s.service, s.service_code AS code, s.n, s.closed,
    min(c.hours) FILTER (s.n >= 20 AND c.still_open <= 0.5 + 1e-9) AS median_hours,
    min(c.hours) FILTER (s.n >= 20 AND c.still_open <= 0.1 + 1e-9) AS p90_hours
FROM size AS s
INNER JOIN curve AS c ON c.source = s.source AND c.service_code = s.service_code
GROUP BY ALL
ORDER BY s.n DESC, s.service
