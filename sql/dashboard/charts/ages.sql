-- what:   how old the requests are that are open at the end of the view
-- grain:  one row per span of ages
-- reads:  chosen and view, which the page puts before it
-- writes: nothing
WITH open AS (
    SELECT v.last_day - c.opened_date AS age
    FROM chosen AS c
    CROSS JOIN view AS v
    WHERE
        c.opened_date <= v.last_day
        AND (c.fate = 'open' OR (c.fate <> 'closed, when unknown' AND c.ended_date > v.last_day))
)

SELECT span.age, count(open.age) AS open
FROM (
    VALUES
    ('0 to 7 days', 0, 7), ('8 to 30 days', 8, 30), ('31 to 90 days', 31, 90),
    ('91 to 365 days', 91, 365), ('over a year', 366, 100000)
) AS span(age, low, high)
LEFT JOIN open ON open.age BETWEEN span.low AND span.high
GROUP BY span.age, span.low
ORDER BY span.low
