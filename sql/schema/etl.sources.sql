-- what:   the sources as their profiles describe them, so that SQL needs no configuration
-- grain:  one row per source
-- reads:  nothing
-- writes: sql/ledger/note_source.sql
CREATE TABLE IF NOT EXISTS etl.sources (
    source VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    timezone VARCHAR NOT NULL,
    west DOUBLE,
    south DOUBLE,
    east DOUBLE,
    north DOUBLE,
    settle_days DOUBLE NOT NULL
);

COMMENT ON TABLE etl.sources IS 'The sources that were pulled, as their profiles describe them';
COMMENT ON COLUMN etl.sources.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN etl.sources.title IS 'The place in words, such as Chicago, IL; the name where the profile has no title';
COMMENT ON COLUMN etl.sources.timezone IS 'IANA zone of local days and hours';
COMMENT ON COLUMN etl.sources.west IS 'Western edge of the box in which its coordinates should be; null where the profile has none';
COMMENT ON COLUMN etl.sources.south IS 'Southern edge of the box';
COMMENT ON COLUMN etl.sources.east IS 'Eastern edge of the box';
COMMENT ON COLUMN etl.sources.north IS 'Northern edge of the box';
COMMENT ON COLUMN etl.sources.settle_days IS 'Days for which late rows of a day are looked for; the newest days are provisional for so long';
