-- what:   known requests that were due to be looked at again and were not
-- grain:  one row per source whose last pull left any
-- reads:  nothing
-- writes: sql/follow/owe.sql
CREATE TABLE IF NOT EXISTS etl.stale (
    source VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    requests BIGINT NOT NULL,
    since TIMESTAMPTZ
);

COMMENT ON TABLE etl.stale IS 'Requests that the last pull of a source should have looked at again and did not, for want of budget or of an answer';
COMMENT ON COLUMN etl.stale.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN etl.stale.run_id IS 'The pull that left them';
COMMENT ON COLUMN etl.stale.as_of IS 'What that pull took as now';
COMMENT ON COLUMN etl.stale.requests IS 'How many they are';
COMMENT ON COLUMN etl.stale.since IS 'When the longest waiting one was last known to be as it is stored';
