-- what:   pulls
-- grain:  one row per run
-- reads:  nothing
-- writes: ledger
CREATE TABLE IF NOT EXISTS etl.runs (
    run_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    as_of TIMESTAMPTZ NOT NULL,
    range_start TIMESTAMPTZ,
    range_end TIMESTAMPTZ,
    result VARCHAR,
    message VARCHAR,
    requests BIGINT NOT NULL DEFAULT 0,
    version VARCHAR NOT NULL
);

COMMENT ON TABLE etl.runs IS 'Pulls, one row for each run and source';
COMMENT ON COLUMN etl.runs.run_id IS 'Name of the run: its start and four random characters';
COMMENT ON COLUMN etl.runs.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN etl.runs.started_at IS 'Start by the machine''s clock';
COMMENT ON COLUMN etl.runs.ended_at IS 'End by the machine''s clock; null while running or killed';
COMMENT ON COLUMN etl.runs.as_of IS 'What the run took as now (--end)';
COMMENT ON COLUMN etl.runs.range_start IS '--start, if given';
COMMENT ON COLUMN etl.runs.range_end IS '--end, if given';
COMMENT ON COLUMN etl.runs.result IS 'complete, debt, failed or interrupted; null while running or killed';
COMMENT ON COLUMN etl.runs.message IS 'What went wrong, in one line';
COMMENT ON COLUMN etl.runs.requests IS 'HTTP requests made, retries too';
COMMENT ON COLUMN etl.runs.version IS 'Version of open311-etl';
