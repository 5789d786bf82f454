-- what:   up to when each source is known: the end of the last pull that read requests to its end
-- grain:  one row per source
-- reads:  nothing
-- writes: sql/marts/load/as_of.sql
CREATE TABLE marts.as_of (
    source VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    timezone VARCHAR NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    as_of_date DATE NOT NULL,
    last_whole_day DATE NOT NULL,
    first_day DATE,
    settled_day DATE NOT NULL,
    with_debt BOOLEAN NOT NULL
);

COMMENT ON TABLE marts.as_of IS 'Up to when each source is known; all marts count up to then, never up to now. Print it beside every number';
COMMENT ON COLUMN marts.as_of.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.as_of.title IS 'The place in words';
COMMENT ON COLUMN marts.as_of.timezone IS 'IANA zone of its local days and hours; UTC where no pull noted one';
COMMENT ON COLUMN marts.as_of.as_of IS 'What the last pull that came to its end took as now; without one, when a request was last seen';
COMMENT ON COLUMN marts.as_of.as_of_date IS 'Local day of as_of; it is not over, so comparisons leave it out';
COMMENT ON COLUMN marts.as_of.last_whole_day IS 'The local day before as_of_date: the last one that is whole';
COMMENT ON COLUMN marts.as_of.first_day IS 'First local day of the unbroken stretch that pulls have read up to as_of; days before are not whole';
COMMENT ON COLUMN marts.as_of.settled_day IS 'Last local day for which late rows are no longer looked for; counts of later days may still grow';
COMMENT ON COLUMN marts.as_of.with_debt IS 'True where that pull left something unread; etl.debt names it';
