-- what:   every state that an attribute was seen in (SCD2)
-- grain:  one row per version of an attribute
-- reads:  nothing
-- writes: sql/catalog/definitions.sql
CREATE TABLE IF NOT EXISTS service_attribute_versions (
    source VARCHAR NOT NULL,
    service_code VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_to TIMESTAMPTZ,
    is_current BOOLEAN NOT NULL,
    variable BOOLEAN,
    datatype VARCHAR,
    required BOOLEAN,
    datatype_description VARCHAR,
    attribute_order INTEGER,
    description VARCHAR
);

COMMENT ON TABLE service_attribute_versions IS 'Every state that an attribute (question) of a service definition was seen in';
COMMENT ON COLUMN service_attribute_versions.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN service_attribute_versions.service_code IS 'Code of the service, opaque text (Q-SVC-5)';
COMMENT ON COLUMN service_attribute_versions.code IS 'Code of the attribute';
COMMENT ON COLUMN service_attribute_versions.valid_from IS 'When this state was first seen';
COMMENT ON COLUMN service_attribute_versions.valid_to IS 'When it was first seen otherwise, or no more; null for the newest';
COMMENT ON COLUMN service_attribute_versions.is_current IS 'True for the newest state of what is asked for now';
COMMENT ON COLUMN service_attribute_versions.variable IS 'False where it is only information for the reporter';
COMMENT ON COLUMN service_attribute_versions.datatype IS 'string, number, datetime, text, singlevaluelist, multivaluelist, or the vendor''s word';
COMMENT ON COLUMN service_attribute_versions.required IS 'True where a POST must answer it';
COMMENT ON COLUMN service_attribute_versions.datatype_description IS 'Hint for the reporter about the form of the answer';
COMMENT ON COLUMN service_attribute_versions.attribute_order IS 'Position in the form; the field is called order in GeoReport';
COMMENT ON COLUMN service_attribute_versions.description IS 'The question';
