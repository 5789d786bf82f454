-- what:   attributes that service definitions ask for
-- grain:  one row per (source, service_code, code)
-- reads:  nothing
-- writes: sql/load/ (catalog)
CREATE TABLE IF NOT EXISTS service_attributes (
    source VARCHAR NOT NULL,
    service_code VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    variable BOOLEAN,
    datatype VARCHAR,
    required BOOLEAN,
    datatype_description VARCHAR,
    attribute_order INTEGER,
    description VARCHAR,
    first_seen_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE service_attributes IS 'Attributes (questions) of service definitions';
COMMENT ON COLUMN service_attributes.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN service_attributes.service_code IS 'Code of the service, opaque text (Q-SVC-5)';
COMMENT ON COLUMN service_attributes.code IS 'Code of the attribute';
COMMENT ON COLUMN service_attributes.variable IS 'False where it is only information for the reporter';
COMMENT ON COLUMN service_attributes.datatype IS 'string, number, datetime, text, singlevaluelist, multivaluelist, or the vendor''s word';
COMMENT ON COLUMN service_attributes.required IS 'True where a POST must answer it';
COMMENT ON COLUMN service_attributes.datatype_description IS 'Hint for the reporter about the form of the answer';
COMMENT ON COLUMN service_attributes.attribute_order IS 'Position in the form; the field is called order in GeoReport';
COMMENT ON COLUMN service_attributes.description IS 'The question';
COMMENT ON COLUMN service_attributes.first_seen_at IS 'When a pull first saw the attribute so';
