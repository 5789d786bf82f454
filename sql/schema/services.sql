-- what:   the services of a source, newest version
-- grain:  one row per (source, service_code)
-- reads:  nothing
-- writes: sql/load/ (catalog)
CREATE TABLE IF NOT EXISTS services (
    source VARCHAR NOT NULL,
    service_code VARCHAR NOT NULL,
    service_name VARCHAR,
    description VARCHAR,
    metadata BOOLEAN,
    type VARCHAR,
    keywords VARCHAR[],
    service_group VARCHAR,
    extra JSON,
    listed BOOLEAN NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    last_changed_at TIMESTAMPTZ NOT NULL,
    absences INTEGER NOT NULL,
    retired_at TIMESTAMPTZ,
    definition_asked_at TIMESTAMPTZ,
    definition_hash UBIGINT,
    content_hash UBIGINT NOT NULL
);

COMMENT ON TABLE services IS 'The services that a source offers or once offered, each in its newest version';
COMMENT ON COLUMN services.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN services.service_code IS 'Code of the service, opaque text (Q-SVC-5)';
COMMENT ON COLUMN services.service_name IS 'Name of the service';
COMMENT ON COLUMN services.description IS 'What the service is for';
COMMENT ON COLUMN services.metadata IS 'True where the service has a definition with attributes';
COMMENT ON COLUMN services.type IS 'realtime, batch or blackbox: how an id is given after a POST';
COMMENT ON COLUMN services.keywords IS 'Words to find the service by';
COMMENT ON COLUMN services.service_group IS 'Group of the service; the field is called group in GeoReport';
COMMENT ON COLUMN services.extra IS 'What the source serves beyond the above';
COMMENT ON COLUMN services.listed IS 'False for codes that are seen in requests but not in the source''s list';
COMMENT ON COLUMN services.first_seen_at IS 'When a pull first saw the code';
COMMENT ON COLUMN services.last_seen_at IS 'When a pull last saw the code in the list, or in requests if never listed';
COMMENT ON COLUMN services.last_changed_at IS 'When a pull last saw the service differ';
COMMENT ON COLUMN services.absences IS 'Healthy refreshes in a row that did not list the service';
COMMENT ON COLUMN services.retired_at IS 'When it was absent from three healthy refreshes in a row; null while it is offered';
COMMENT ON COLUMN services.definition_asked_at IS 'When its definition was last asked for';
COMMENT ON COLUMN services.definition_hash IS 'Hash of its definition; null where it has none';
COMMENT ON COLUMN services.content_hash IS 'Hash of what makes a version';
