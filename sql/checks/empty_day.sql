-- what:     days of the last two weeks without any request, though their weekday usually has 20 or more
-- grain:    one row per source and day
-- reads:    marts.volume_by_day, marts.as_of
-- writes:   nothing
-- severity: error
-- when:     each pull
-- do:       the source lost the day or its filter failed: read it again with pull --start --end; if it stays empty, ask the city
-- Usual is the mean of the same weekday in the eight weeks before; at least four must have been read.
WITH compared AS (
    SELECT
        v.source, v.day, v.requests, avg(b.requests) AS usual
    FROM marts.volume_by_day AS v
    INNER JOIN marts.as_of AS a ON a.source = v.source AND v.day > a.last_whole_day - 14
    INNER JOIN marts.volume_by_day AS b
        ON b.source = v.source AND b.day IN (
            v.day - 7, v.day - 14, v.day - 21, v.day - 28, v.day - 35, v.day - 42, v.day - 49,
            v.day - 56
        )
    WHERE v.source = coalesce($source, v.source)
    GROUP BY ALL
    HAVING count(*) >= 4
)

SELECT source, day, requests, usual
FROM compared
WHERE usual >= 20 AND requests = 0;
