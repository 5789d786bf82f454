-- what:   How many requests were open at the end of each day?
-- topic:  backlog
-- counts: spells opened by that local day and not ended by it; a reopened request counts again
-- trap:   today's status tells nothing of a day in the past; and what was opened before the first
--         day that was pulled is missing
-- grain:  one row per source and day
-- reads:  marts.open_spells, marts.as_of, marts.dim_day
WITH moved AS (
    SELECT source, opened_date AS day, 1 AS change FROM marts.open_spells WHERE is_counted
    UNION ALL
    SELECT source, ended_date, -1 FROM marts.open_spells WHERE is_counted AND ended_date IS NOT NULL
),

days AS (
    SELECT a.source, d.day
    FROM marts.as_of AS a
    INNER JOIN marts.dim_day AS d ON d.day <= a.last_whole_day
)

SELECT
    d.source, d.day,
    sum(coalesce(sum(m.change), 0)) OVER (PARTITION BY d.source ORDER BY d.day)::BIGINT AS open_requests
FROM days AS d
LEFT JOIN moved AS m ON m.source = d.source AND m.day = d.day
GROUP BY d.source, d.day
ORDER BY d.source, d.day;
