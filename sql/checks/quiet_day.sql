-- what:     days of the last two weeks with less than three tenths of what their weekday usually has
-- grain:    one row per source and day
-- reads:    marts.usual_by_day
-- writes:   nothing
-- severity: warning
-- when:     each pull
-- do:       a holiday, or the source lost rows: read the day again with pull --start --end and look whether it grows
SELECT source, day, requests, usual
FROM marts.usual_by_day
WHERE source = coalesce($source, source) AND usual >= 20 AND requests > 0 AND requests < 0.3 * usual;
