-- what:   values that list attributes offer
-- grain:  one row per (source, service_code, code, key)
-- reads:  nothing
-- writes: sql/load/ (catalog)
CREATE TABLE IF NOT EXISTS service_attribute_values (
    source VARCHAR NOT NULL,
    service_code VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    value_number INTEGER NOT NULL,
    key VARCHAR,
    name VARCHAR
);

COMMENT ON TABLE service_attribute_values IS 'Values (answers) that list attributes of service definitions offer';
COMMENT ON COLUMN service_attribute_values.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN service_attribute_values.service_code IS 'Code of the service, opaque text (Q-SVC-5)';
COMMENT ON COLUMN service_attribute_values.code IS 'Code of the attribute';
COMMENT ON COLUMN service_attribute_values.value_number IS 'Position in the list, from 1';
COMMENT ON COLUMN service_attribute_values.key IS 'Value that is sent';
COMMENT ON COLUMN service_attribute_values.name IS 'Text that is shown';
