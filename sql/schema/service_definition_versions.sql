-- what:   every state that a service definition was seen in (SCD2)
-- grain:  one row per version of a definition
-- reads:  nothing
-- writes: sql/catalog/definitions.sql
CREATE TABLE IF NOT EXISTS service_definition_versions (
    source VARCHAR NOT NULL,
    service_code VARCHAR NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ,
    is_current BOOLEAN NOT NULL,
    definition_hash UBIGINT,
    attributes INTEGER NOT NULL
);

COMMENT ON TABLE service_definition_versions IS 'Every state that a service definition was seen in';
COMMENT ON COLUMN service_definition_versions.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN service_definition_versions.service_code IS 'Code of the service, opaque text (Q-SVC-5)';
COMMENT ON COLUMN service_definition_versions.valid_from IS 'When this state was first seen';
COMMENT ON COLUMN service_definition_versions.valid_to IS 'When it was first seen otherwise, or no more; null for the newest';
COMMENT ON COLUMN service_definition_versions.is_current IS 'True for the newest state of what is asked for now';
COMMENT ON COLUMN service_definition_versions.definition_hash IS 'Hash of the definition; null where the service has none';
COMMENT ON COLUMN service_definition_versions.attributes IS 'How many attributes it asks for';
