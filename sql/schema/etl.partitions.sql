-- what:   what the lake holds
-- grain:  one row per partition of the lake
-- reads:  nothing
-- writes: sql/publish/record.sql
CREATE TABLE IF NOT EXISTS etl.partitions (
    path VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    written_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE etl.partitions IS 'Partitions of the Parquet lake, to rewrite only what changed';
COMMENT ON COLUMN etl.partitions.path IS 'File, relative to lake/';
COMMENT ON COLUMN etl.partitions.fingerprint IS 'Hash over the rows that it was written from';
COMMENT ON COLUMN etl.partitions.rows IS 'Rows in it';
COMMENT ON COLUMN etl.partitions.bytes IS 'Size of the file; 0 where a month without notes has none';
COMMENT ON COLUMN etl.partitions.written_at IS 'When it was written';
