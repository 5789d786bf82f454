-- what:   requests by cell of 500 m
-- grain:  one row per cell
-- reads:  chosen and view, which the page puts before it
-- writes: nothing
SELECT
    c.source, c.cell_lat AS latitude, c.cell_long AS longitude, count(*) AS requests,
    count(*) FILTER (c.fate = 'open') AS open
FROM chosen AS c
CROSS JOIN view AS v
WHERE
    c.spell = 1 AND c.opened_date BETWEEN v.first_day AND v.last_day AND c.cell IS NOT NULL
GROUP BY ALL
ORDER BY requests DESC
