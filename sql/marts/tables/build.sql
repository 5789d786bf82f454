-- what:   which SQL the marts were made by
-- grain:  one row
-- reads:  nothing
-- writes: marts
CREATE TABLE marts.build (
    fingerprint VARCHAR NOT NULL,
    built_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE marts.build IS 'Which SQL the marts were made by; another one makes them anew';
COMMENT ON COLUMN marts.build.fingerprint IS 'Hash of the files of sql/marts/';
COMMENT ON COLUMN marts.build.built_at IS 'When they were made from nothing, by the machine''s clock';
