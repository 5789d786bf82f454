-- what:   the last two weeks, day by day, against what their weekday usually has
-- grain:  one row per source and day, where at least four of the eight same weekdays before were read
-- reads:  marts.volume_by_day, marts.as_of
-- writes: view marts.usual_by_day
CREATE OR REPLACE VIEW marts.usual_by_day AS
WITH recent AS (
    SELECT v.source, v.day, v.requests, a.last_whole_day
    FROM marts.volume_by_day AS v
    INNER JOIN marts.as_of AS a ON a.source = v.source
    WHERE v.day > a.last_whole_day - 70
)

SELECT v.source, v.day, v.requests, avg(b.requests) AS usual
FROM recent AS v
INNER JOIN recent AS b
    ON b.source = v.source AND b.day IN (
        v.day - 7, v.day - 14, v.day - 21, v.day - 28, v.day - 35, v.day - 42, v.day - 49,
        v.day - 56
    )
WHERE v.day > v.last_whole_day - 14
GROUP BY v.source, v.day, v.requests
HAVING count(*) >= 4;

COMMENT ON VIEW marts.usual_by_day IS 'Requests of each of the last 14 whole days beside the mean of the same weekday in the eight weeks before; days with fewer than four such weeks are left out';
COMMENT ON COLUMN marts.usual_by_day.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.usual_by_day.day IS 'Day in the source''s zone';
COMMENT ON COLUMN marts.usual_by_day.requests IS 'Requests of that day, all of them';
COMMENT ON COLUMN marts.usual_by_day.usual IS 'Mean of the same weekday in the eight weeks before';
