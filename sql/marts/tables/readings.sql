-- what:   the readings whose entries the marts have taken in
-- grain:  one row per reading
-- reads:  nothing
-- writes: sql/marts/load/taken.sql
CREATE TABLE marts.readings (
    reading_id VARCHAR NOT NULL
);

COMMENT ON TABLE marts.readings IS 'Readings whose entries the marts have taken in; what is missing here is what the next refresh brings';
COMMENT ON COLUMN marts.readings.reading_id IS 'Name of the reading, as in etl.windows';
