-- what:   the ledger: what was asked and how it ended
-- grain:  one row per reading of a window
-- reads:  nothing
-- writes: sql/load/ledger.sql
CREATE TABLE IF NOT EXISTS etl.windows (
    reading_id VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    window_start TIMESTAMPTZ NOT NULL,
    window_end TIMESTAMPTZ NOT NULL,
    service_code VARCHAR,
    status VARCHAR,
    verdict VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    ids BIGINT NOT NULL,
    new BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    stale BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    pages BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ NOT NULL,
    tries INTEGER NOT NULL,
    next_try_at TIMESTAMPTZ
);

COMMENT ON TABLE etl.windows IS 'The ledger: every window that was asked, and how it ended';
COMMENT ON COLUMN etl.windows.reading_id IS 'Name of the reading; also in the landing journal';
COMMENT ON COLUMN etl.windows.run_id IS 'The pull that it belongs to';
COMMENT ON COLUMN etl.windows.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN etl.windows.kind IS 'window: by requested_datetime; follow: by updated_datetime; ids: by a list of ids; single: one by one; catalog: services and definitions';
COMMENT ON COLUMN etl.windows.window_start IS 'First instant of the span';
COMMENT ON COLUMN etl.windows.window_end IS 'First instant after the span';
COMMENT ON COLUMN etl.windows.service_code IS 'Narrowed to this code, where one second holds too much';
COMMENT ON COLUMN etl.windows.status IS 'Narrowed to this status';
COMMENT ON COLUMN etl.windows.verdict IS 'proven, provisional, suspect or blocked';
COMMENT ON COLUMN etl.windows.reason IS 'Why it is not proven, in words';
COMMENT ON COLUMN etl.windows.records IS 'List entries on all its pages: new + changed + unchanged + stale + repeated + pending + quarantined';
COMMENT ON COLUMN etl.windows.ids IS 'Distinct ids inside the span; of a reading by ids, those asked for';
COMMENT ON COLUMN etl.windows.new IS 'Entries stored as requests that were not known';
COMMENT ON COLUMN etl.windows.changed IS 'Entries stored as a new version of a known request';
COMMENT ON COLUMN etl.windows.unchanged IS 'Entries equal to the stored version';
COMMENT ON COLUMN etl.windows.stale IS 'Entries older than the stored version; they changed nothing';
COMMENT ON COLUMN etl.windows.repeated IS 'Entries of a request of which the same load holds a newer or equal copy';
COMMENT ON COLUMN etl.windows.pending IS 'Entries without service_request_id, dropped';
COMMENT ON COLUMN etl.windows.quarantined IS 'Entries that cannot be a request, kept in etl.quarantine';
COMMENT ON COLUMN etl.windows.pages IS 'Pages read';
COMMENT ON COLUMN etl.windows.requests IS 'HTTP requests made, retries too';
COMMENT ON COLUMN etl.windows.started_at IS 'Start of the reading by the run''s clock';
COMMENT ON COLUMN etl.windows.ended_at IS 'End of the reading by the run''s clock';
COMMENT ON COLUMN etl.windows.tries IS 'Readings in a row that ended suspect or blocked, this one included; 0 if it did not';
COMMENT ON COLUMN etl.windows.next_try_at IS 'When a suspect or blocked span is due again';
