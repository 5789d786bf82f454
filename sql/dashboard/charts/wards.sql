-- what:   wards: closed within 14 days, against what their own mix of services makes expect
-- grain:  one row per ward
-- reads:  elsewhere (the view without its wards) and view, which the page puts before it
-- writes: nothing
WITH judged AS (
    SELECT
        e.source, e.ward, e.service_code, e.fate, e.is_chosen,
        e.opened_date < v.as_of_day - 14 AND e.hours IS NOT NULL AND e.fate IN ('open', 'closed') AS old_enough,
        old_enough AND e.is_prompt AS in_time
    FROM elsewhere AS e
    CROSS JOIN view AS v
    WHERE e.spell = 1 AND e.opened_date BETWEEN v.first_day AND v.last_day
),

usual AS (
    SELECT source, service_code, avg(in_time::INTEGER) AS share
    FROM judged
    WHERE old_enough
    GROUP BY ALL
),

ward AS (
    SELECT
        c.source, c.ward, count(*) AS requests, count(*) FILTER (c.fate = 'open') AS open,
        count(*) FILTER (c.old_enough) AS old_enough, count(*) FILTER (c.in_time) AS closed_in_time,
        sum(u.share) FILTER (c.old_enough) AS expected,
        sum(u.share * (1 - u.share)) FILTER (c.old_enough) AS variance
    FROM judged AS c
    LEFT JOIN usual AS u ON u.source = c.source AND u.service_code = c.service_code
    WHERE c.is_chosen
    GROUP BY c.source, c.ward
)

SELECT
    source, coalesce(ward, 'none') AS ward, requests, open, old_enough, closed_in_time, expected,
    CASE WHEN old_enough >= 50 AND expected > 0 THEN closed_in_time / expected END AS ratio,
    CASE WHEN ratio IS NOT NULL THEN 1.959964 * sqrt(variance) / expected END AS give_or_take
FROM ward
ORDER BY ratio, requests DESC
