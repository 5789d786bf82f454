-- what:   the version of the warehouse's layout
-- grain:  one row per layout that the warehouse has had
-- reads:  nothing
-- writes: warehouse
CREATE TABLE IF NOT EXISTS etl.schema_version (
    version INTEGER NOT NULL,
    migrated_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE etl.schema_version IS 'Layout of this warehouse; raised by migrations';
COMMENT ON COLUMN etl.schema_version.version IS 'Version of the layout';
COMMENT ON COLUMN etl.schema_version.migrated_at IS 'When it was raised to that';
