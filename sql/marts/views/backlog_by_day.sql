-- what:   how many requests were open at the end of each day (question 4)
-- grain:  one row per source and day from its first request on
-- reads:  marts.daily, marts.as_of
-- writes: view marts.backlog_by_day
CREATE OR REPLACE VIEW marts.backlog_by_day AS
WITH calendar AS (
    SELECT
        a.source,
        unnest(generate_series(
            (SELECT min(d.day) FROM marts.daily AS d WHERE d.source = a.source)::TIMESTAMP,
            a.last_whole_day::TIMESTAMP,
            INTERVAL 1 DAY
        ))::DATE AS day
    FROM marts.as_of AS a
),

moved AS (
    SELECT
        source, day,
        sum(requests - duplicates - info_only + reopened - closed - gone) AS net
    FROM marts.daily
    GROUP BY ALL
)

SELECT
    c.source, c.day,
    sum(coalesce(m.net, 0)) OVER (PARTITION BY c.source ORDER BY c.day)::BIGINT AS backlog,
    c.day >= a.first_day AS is_whole
FROM calendar AS c
INNER JOIN marts.as_of AS a ON a.source = c.source
LEFT JOIN moved AS m ON m.source = c.source AND m.day = c.day;

COMMENT ON VIEW marts.backlog_by_day IS 'Counted requests that were open at the end of each day, as notes and versions tell, reopened ones again from their reopening on';
COMMENT ON COLUMN marts.backlog_by_day.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.backlog_by_day.day IS 'Day in the source''s zone';
COMMENT ON COLUMN marts.backlog_by_day.backlog IS 'Requests open at the end of that day';
COMMENT ON COLUMN marts.backlog_by_day.is_whole IS 'False before the unbroken stretch of reading begins: open requests from before may be missing';
