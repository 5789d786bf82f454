-- what:   replaces attributes and values where a definition differs from the one known
-- grain:  one row per attribute, one per value
-- reads:  load_definitions, load_attributes, load_values, services
-- writes: service_attributes, service_attribute_values, services
CREATE OR REPLACE TEMP TABLE redefined AS
SELECT d.source, d.service_code
FROM load_definitions AS d
LEFT JOIN services AS s ON s.source = d.source AND s.service_code = d.service_code
WHERE s.definition_hash IS DISTINCT FROM d.definition_hash;

DELETE FROM service_attributes AS a
USING redefined AS d
WHERE a.source = d.source AND a.service_code = d.service_code;

INSERT INTO service_attributes BY NAME
SELECT a.*, $seen_at AS first_seen_at
FROM load_attributes AS a
SEMI JOIN redefined AS d ON d.source = a.source AND d.service_code = a.service_code;

DELETE FROM service_attribute_values AS v
USING redefined AS d
WHERE v.source = d.source AND v.service_code = d.service_code;

INSERT INTO service_attribute_values BY NAME
SELECT v.*
FROM load_values AS v
SEMI JOIN redefined AS d ON d.source = v.source AND d.service_code = v.service_code;

UPDATE services AS s
SET definition_asked_at = $seen_at, definition_hash = d.definition_hash
FROM load_definitions AS d
WHERE s.source = d.source AND s.service_code = d.service_code;
