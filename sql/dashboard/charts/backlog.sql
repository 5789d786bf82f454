-- what:   requests that were open at the end of each day
-- grain:  one row per day of the view
-- reads:  chosen and view, which the page puts before it
-- writes: nothing
WITH day AS (
    SELECT unnest(generate_series(first_day, last_day, INTERVAL 1 DAY))::DATE AS day FROM view
),

turn AS (
    SELECT opened_date AS day, 1 AS more FROM chosen WHERE fate <> 'closed, when unknown'
    UNION ALL
    SELECT ended_date AS day, -1 AS more FROM chosen WHERE fate IN ('closed', 'gone')
),

by_day AS (
    -- What was before the first day is counted on it.
    SELECT greatest(t.day, v.first_day) AS day, sum(t.more) AS more
    FROM turn AS t
    CROSS JOIN view AS v
    GROUP BY ALL
)

SELECT d.day, sum(coalesce(b.more, 0)) OVER (ORDER BY d.day)::BIGINT AS open
FROM day AS d
LEFT JOIN by_day AS b ON b.day = d.day
ORDER BY d.day
