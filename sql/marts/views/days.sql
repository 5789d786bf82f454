-- what:   the whole local days that pulls have read without a gap, up to as_of
-- grain:  one row per source and day
-- reads:  marts.as_of
-- writes: view marts.days
CREATE OR REPLACE VIEW marts.days AS
SELECT
    source,
    unnest(generate_series(first_day::TIMESTAMP, last_whole_day::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day
FROM marts.as_of
WHERE first_day <= last_whole_day;

COMMENT ON VIEW marts.days IS 'Whole local days from the beginning of the unbroken stretch that pulls have read to the last one before as_of: what counts are filled with zero over';
COMMENT ON COLUMN marts.days.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.days.day IS 'Day in the source''s zone';
