-- what:   services by number of requests, with those closed within 14 days of the ones old enough
-- grain:  one row per service
-- reads:  chosen and view, which the page puts before it
-- writes: nothing
SELECT
    c.source, any_value(c.service_name) AS service, c.service_code AS code, count(*) AS requests,
    count(*) FILTER (c.fate = 'open') AS open,
    count(*) FILTER (
        c.opened_date < v.as_of_day - 14 AND c.hours IS NOT NULL AND c.fate IN ('open', 'closed')
    ) AS old_enough,
    count(*) FILTER (c.opened_date < v.as_of_day - 14 AND c.is_prompt) AS closed_in_time
FROM chosen AS c
CROSS JOIN view AS v
WHERE c.spell = 1 AND c.opened_date BETWEEN v.first_day AND v.last_day
GROUP BY c.source, c.service_code
ORDER BY requests DESC, service
