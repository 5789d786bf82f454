-- what:   requests by place, to about 60 m: an eighth of a cell
-- grain:  one row per place
-- reads:  chosen and view, which the page puts before it
-- writes: nothing
WITH placed AS (
    SELECT
        c.source, round(c.cell_lat, 5) AS lat, round(c.cell_long, 5) AS long, c.spot_row, c.spot_column,
        count(*) AS requests, count(*) FILTER (c.fate = 'open') AS open
    FROM chosen AS c
    CROSS JOIN view AS v
    WHERE
        c.spell = 1 AND c.opened_date BETWEEN v.first_day AND v.last_day AND c.cell IS NOT NULL
    GROUP BY ALL
)

SELECT
    source, lat + (spot_row - 3.5) * 62.5 / 111320 AS latitude,
    long + (spot_column - 3.5) * 62.5 / (111320 * greatest(cos(radians(lat)), 0.01)) AS longitude,
    requests, open
FROM placed
ORDER BY requests DESC
