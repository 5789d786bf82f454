-- what:   Kaplan and Meier's estimate of how long requests take, all together
-- grain:  one row per length of time at which some were closed
-- reads:  chosen and view, which the page puts before it
-- writes: nothing
WITH cohort AS (
    SELECT c.hours, c.fate = 'closed' AS closed
    FROM chosen AS c
    CROSS JOIN view AS v
    WHERE c.spell = 1 AND c.opened_date BETWEEN v.first_day AND v.last_day AND c.hours IS NOT NULL
),

step AS (
    SELECT hours, count(*) FILTER (closed) AS closed, count(*) AS leaving FROM cohort GROUP BY hours
),

risk AS (
    SELECT hours, closed, sum(leaving) OVER (ORDER BY hours DESC) AS at_risk FROM step
)

SELECT
    hours, closed, at_risk,
    product(1 - closed / at_risk) OVER (ORDER BY hours) AS still_open
FROM risk
WHERE closed > 0
ORDER BY hours
