-- what:   list entries that cannot be stored
-- grain:  one row per entry and page
-- reads:  nothing
-- writes: sql/load/quarantine.sql
CREATE TABLE IF NOT EXISTS etl.quarantine (
    reading_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    page_sha256 VARCHAR NOT NULL,
    entry_number INTEGER,
    reason VARCHAR NOT NULL,
    raw BLOB NOT NULL,
    quarantined_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE etl.quarantine IS 'List entries that cannot be stored as requests, with reason and bytes';
COMMENT ON COLUMN etl.quarantine.reading_id IS 'The reading it belongs to';
COMMENT ON COLUMN etl.quarantine.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN etl.quarantine.page_sha256 IS 'Landed page that holds it';
COMMENT ON COLUMN etl.quarantine.entry_number IS 'Position in the page, from 0; null where it is not known';
COMMENT ON COLUMN etl.quarantine.reason IS 'Why it cannot be a request';
COMMENT ON COLUMN etl.quarantine.raw IS 'The entry''s bytes';
COMMENT ON COLUMN etl.quarantine.quarantined_at IS 'When it was read';
