-- what:   opened and closed by day
-- grain:  one row per day of the view
-- reads:  chosen and view, which the page puts before it
-- writes: nothing
WITH day AS (
    SELECT unnest(generate_series(first_day, last_day, INTERVAL 1 DAY))::DATE AS day FROM view
),

opened AS (
    SELECT opened_date AS day, count(*) AS n FROM chosen WHERE spell = 1 GROUP BY ALL
),

closed AS (
    SELECT ended_date AS day, count(*) AS n FROM chosen WHERE fate = 'closed' GROUP BY ALL
)

SELECT d.day, coalesce(o.n, 0) AS opened, coalesce(c.n, 0) AS closed
FROM day AS d
LEFT JOIN opened AS o ON o.day = d.day
LEFT JOIN closed AS c ON c.day = d.day
ORDER BY d.day
