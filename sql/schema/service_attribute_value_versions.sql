-- what:   every state that a value of an attribute was seen in (SCD2)
-- grain:  one row per version of a value
-- reads:  nothing
-- writes: sql/catalog/definitions.sql
CREATE TABLE IF NOT EXISTS service_attribute_value_versions (
    source VARCHAR NOT NULL,
    service_code VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    value_number INTEGER NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ,
    is_current BOOLEAN NOT NULL,
    key VARCHAR,
    name VARCHAR
);

COMMENT ON TABLE service_attribute_value_versions IS 'Every state that a value (answer) of an attribute was seen in';
COMMENT ON COLUMN service_attribute_value_versions.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN service_attribute_value_versions.service_code IS 'Code of the service, opaque text (Q-SVC-5)';
COMMENT ON COLUMN service_attribute_value_versions.code IS 'Code of the attribute';
COMMENT ON COLUMN service_attribute_value_versions.value_number IS 'Position in the list, from 1';
COMMENT ON COLUMN service_attribute_value_versions.valid_from IS 'When this state was first seen';
COMMENT ON COLUMN service_attribute_value_versions.valid_to IS 'When it was first seen otherwise, or no more; null for the newest';
COMMENT ON COLUMN service_attribute_value_versions.is_current IS 'True for the newest state of what is asked for now';
COMMENT ON COLUMN service_attribute_value_versions.key IS 'Value that is sent';
COMMENT ON COLUMN service_attribute_value_versions.name IS 'Text that is shown';
