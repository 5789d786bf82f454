-- what:   the names of services that the facts carry
-- grain:  one row per source and service
-- reads:  nothing
-- writes: sql/marts/load/taken.sql
CREATE TABLE marts.labels (
    source VARCHAR NOT NULL,
    service_code VARCHAR NOT NULL,
    service_name VARCHAR,
    service_group VARCHAR
);

COMMENT ON TABLE marts.labels IS 'Names of services as the catalog had them at the last refresh; where it has others now, the next refresh looks at the requests of the service again';
COMMENT ON COLUMN marts.labels.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.labels.service_code IS 'Code of the service';
COMMENT ON COLUMN marts.labels.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.labels.service_group IS 'Group (department) of the service';
