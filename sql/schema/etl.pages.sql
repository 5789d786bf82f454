-- what:   landed pages
-- grain:  one row per page of a reading
-- reads:  nothing
-- writes: sql/load/ledger.sql
CREATE TABLE IF NOT EXISTS etl.pages (
    reading_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    page_number INTEGER,
    fetched_at TIMESTAMPTZ NOT NULL,
    seconds DOUBLE NOT NULL,
    attempts INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    records BIGINT NOT NULL
);

COMMENT ON TABLE etl.pages IS 'Landed pages of each reading';
COMMENT ON COLUMN etl.pages.reading_id IS 'The reading it belongs to';
COMMENT ON COLUMN etl.pages.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN etl.pages.sha256 IS 'Hash of the landed body; names its file in landing/';
COMMENT ON COLUMN etl.pages.url IS 'Final address, without API key';
COMMENT ON COLUMN etl.pages.page_number IS 'Page number that was asked';
COMMENT ON COLUMN etl.pages.fetched_at IS 'When the answer was whole, by the run''s clock';
COMMENT ON COLUMN etl.pages.seconds IS 'How long the answer took';
COMMENT ON COLUMN etl.pages.attempts IS 'HTTP requests that the answer took';
COMMENT ON COLUMN etl.pages.bytes IS 'Size of the body';
COMMENT ON COLUMN etl.pages.records IS 'List entries on it';
