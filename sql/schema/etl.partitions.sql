-- what:   what the lake holds
-- grain:  one row per partition file of the lake
-- reads:  nothing
-- writes: publish
CREATE TABLE IF NOT EXISTS etl.partitions (
    path VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    written_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE etl.partitions IS 'Files of the Parquet lake, to rewrite only what changed';
COMMENT ON COLUMN etl.partitions.path IS 'File, relative to lake/';
COMMENT ON COLUMN etl.partitions.fingerprint IS 'Hash over the rows that it was written from';
COMMENT ON COLUMN etl.partitions.rows IS 'Rows in it';
COMMENT ON COLUMN etl.partitions.written_at IS 'When it was written';
