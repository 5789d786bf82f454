-- what:   every state that a service was seen in (SCD2)
-- grain:  one row per version of a service
-- reads:  nothing
-- writes: sql/load/ (catalog)
CREATE TABLE IF NOT EXISTS service_versions (
    source VARCHAR NOT NULL,
    service_code VARCHAR NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ,
    is_current BOOLEAN NOT NULL,
    service_name VARCHAR,
    description VARCHAR,
    metadata BOOLEAN,
    type VARCHAR,
    keywords VARCHAR[],
    service_group VARCHAR,
    extra JSON,
    listed BOOLEAN NOT NULL,
    retired_at TIMESTAMPTZ,
    content_hash UBIGINT NOT NULL
);

COMMENT ON TABLE service_versions IS 'Every state that a service was seen in';
COMMENT ON COLUMN service_versions.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN service_versions.service_code IS 'Code of the service, opaque text (Q-SVC-5)';
COMMENT ON COLUMN service_versions.valid_from IS 'When this state was first seen';
COMMENT ON COLUMN service_versions.valid_to IS 'When the next began; null for the newest';
COMMENT ON COLUMN service_versions.is_current IS 'True for the newest version of a service';
COMMENT ON COLUMN service_versions.service_name IS 'Name of the service';
COMMENT ON COLUMN service_versions.description IS 'What the service is for';
COMMENT ON COLUMN service_versions.metadata IS 'True where the service has a definition with attributes';
COMMENT ON COLUMN service_versions.type IS 'realtime, batch or blackbox: how an id is given after a POST';
COMMENT ON COLUMN service_versions.keywords IS 'Words to find the service by';
COMMENT ON COLUMN service_versions.service_group IS 'Group of the service; the field is called group in GeoReport';
COMMENT ON COLUMN service_versions.extra IS 'What the source serves beyond the above';
COMMENT ON COLUMN service_versions.listed IS 'False for codes that are seen in requests but not in the source''s list';
COMMENT ON COLUMN service_versions.retired_at IS 'When it was found to be no longer offered';
COMMENT ON COLUMN service_versions.content_hash IS 'Hash of what makes a version';
