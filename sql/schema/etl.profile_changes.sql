-- what:   changes of a server's ways
-- grain:  one row per change seen
-- reads:  nothing
-- writes: probe and pull
CREATE TABLE IF NOT EXISTS etl.profile_changes (
    source VARCHAR NOT NULL,
    run_id VARCHAR,
    seen_at TIMESTAMPTZ NOT NULL,
    trait VARCHAR NOT NULL,
    was VARCHAR,
    now VARCHAR,
    severity VARCHAR NOT NULL,
    message VARCHAR NOT NULL
);

COMMENT ON TABLE etl.profile_changes IS 'Changes of a server''s ways against its profile';
COMMENT ON COLUMN etl.profile_changes.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN etl.profile_changes.run_id IS 'The pull that saw it; null for a probe';
COMMENT ON COLUMN etl.profile_changes.seen_at IS 'When it was seen';
COMMENT ON COLUMN etl.profile_changes.trait IS 'What changed: page_size, order, id shape, fill rate ...';
COMMENT ON COLUMN etl.profile_changes.was IS 'What it was';
COMMENT ON COLUMN etl.profile_changes.now IS 'What it is';
COMMENT ON COLUMN etl.profile_changes.severity IS 'info, warning or error';
COMMENT ON COLUMN etl.profile_changes.message IS 'The change in a sentence';
