-- what:   the readings of a source that are loaded
-- grain:  one row per reading
-- reads:  etl.windows
-- writes: nothing
SELECT reading_id FROM etl.windows WHERE source = $source;
