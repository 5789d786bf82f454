-- what:   How often do they have to come back?
-- topic:  quality of service
-- counts: closings that are 30 days old, and how many were followed by a reopening within 30 days
-- trap:   a city that opens a new request instead of the old one hides it; see same-place-again
-- grain:  one row per source
-- reads:  marts.open_spells, marts.as_of
SELECT
    s.source,
    count(*) AS closings,
    count(*) FILTER (s.reopened_datetime <= s.ended_datetime + INTERVAL 720 HOUR) AS reopened,
    round(
        100.0 * count(*) FILTER (s.reopened_datetime <= s.ended_datetime + INTERVAL 720 HOUR) / count(*), 1
    ) AS percent
FROM marts.open_spells AS s
INNER JOIN marts.as_of AS a ON a.source = s.source
WHERE s.is_counted AND s.ended_by = 'closed' AND s.ended_datetime <= a.as_of - INTERVAL 720 HOUR
GROUP BY s.source
ORDER BY s.source;
