-- what:     days of the last two weeks without any request, though their weekday usually has 20 or more
-- grain:    one row per source and day
-- reads:    marts.usual_by_day
-- writes:   nothing
-- severity: error
-- when:     each pull
-- do:       the source lost the day or its filter failed: read it again with pull --start --end; if it stays empty, ask the city
SELECT source, day, requests, usual
FROM marts.usual_by_day
WHERE source = coalesce($source, source) AND usual >= 20 AND requests = 0;
