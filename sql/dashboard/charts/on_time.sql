-- what:   of the requests whose expected time has passed, those that were closed by then
-- grain:  one row per service
-- reads:  chosen and view, which the page puts before it
-- writes: nothing
SELECT
    c.source, any_value(c.service_name) AS service, c.service_code AS code,
    count(*) AS due, count(*) FILTER (c.target = 'met') AS met
FROM chosen AS c
CROSS JOIN view AS v
WHERE
    c.spell = 1 AND c.opened_date BETWEEN v.first_day AND v.last_day AND c.target IN ('met', 'late')
GROUP BY c.source, c.service_code
ORDER BY due DESC, service
