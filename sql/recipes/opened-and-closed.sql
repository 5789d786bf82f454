-- what:   Are crews keeping up?
-- topic:  backlog
-- counts: openings and closings by local week from Monday, whole weeks only; clearance is closings
--         in percent of openings
-- trap:   closings are counted when they happen, whenever the request was made; clearing old
--         requests makes a week look quick
-- grain:  one row per source and week
-- reads:  marts.open_spells, marts.as_of
WITH moved AS (
    SELECT source, opened_date AS day, 1 AS opened, 0 AS closed
    FROM marts.open_spells
    WHERE is_counted
    UNION ALL
    SELECT source, ended_date, 0, 1
    FROM marts.open_spells
    WHERE is_counted AND ended_by = 'closed'
)

SELECT
    m.source, date_trunc('week', m.day)::DATE AS week,
    sum(m.opened)::BIGINT AS opened, sum(m.closed)::BIGINT AS closed,
    sum(m.opened - m.closed)::BIGINT AS net,
    round(100.0 * sum(m.closed) / nullif(sum(m.opened), 0), 1) AS clearance
FROM moved AS m
INNER JOIN marts.as_of AS a ON a.source = m.source
WHERE
    date_trunc('week', m.day) >= a.first_day
    AND date_trunc('week', m.day) + INTERVAL 6 DAY <= a.last_whole_day
GROUP BY ALL
ORDER BY ALL;
