-- what:   replaces attributes and values where a definition differs from the one known, and keeps what
--         they were before
-- grain:  one row per attribute, one per value; one per version of each, and of each definition
-- reads:  load_definitions, load_attributes, load_values, services, service_definition_versions
-- writes: service_attributes, service_attribute_values, services, service_definition_versions,
--         service_attribute_versions, service_attribute_value_versions
CREATE OR REPLACE TEMP TABLE redefined AS
SELECT
    d.source, d.service_code, d.definition_hash,
    -- A run's clock begins at a whole second, which may be before what the last run saw.
    greatest($seen_at, v.valid_from + INTERVAL 1 MICROSECOND) AS valid_from
FROM load_definitions AS d
LEFT JOIN services AS s ON s.source = d.source AND s.service_code = d.service_code
LEFT JOIN service_definition_versions AS v
    ON v.is_current AND v.source = d.source AND v.service_code = d.service_code
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

UPDATE service_definition_versions AS v
SET valid_to = d.valid_from, is_current = false
FROM redefined AS d
WHERE v.is_current AND v.source = d.source AND v.service_code = d.service_code;

INSERT INTO service_definition_versions BY NAME
SELECT
    d.source, d.service_code, d.valid_from, true AS is_current, d.definition_hash,
    count(a.code) AS attributes
FROM redefined AS d
LEFT JOIN load_attributes AS a ON a.source = d.source AND a.service_code = d.service_code
GROUP BY d.source, d.service_code, d.definition_hash, d.valid_from;

-- An attribute, or a value, that is as it was goes on with the version that it has.
UPDATE service_attribute_versions AS v
SET valid_to = d.valid_from, is_current = false
FROM redefined AS d
WHERE
    v.is_current AND v.source = d.source AND v.service_code = d.service_code
    AND NOT EXISTS (
        SELECT 1 FROM load_attributes AS a
        WHERE
            a.source = v.source AND a.service_code = v.service_code AND a.code = v.code
            AND a.variable IS NOT DISTINCT FROM v.variable
            AND a.datatype IS NOT DISTINCT FROM v.datatype
            AND a.required IS NOT DISTINCT FROM v.required
            AND a.datatype_description IS NOT DISTINCT FROM v.datatype_description
            AND a.attribute_order IS NOT DISTINCT FROM v.attribute_order
            AND a.description IS NOT DISTINCT FROM v.description
    );

INSERT INTO service_attribute_versions BY NAME
SELECT a.*, d.valid_from, true AS is_current
FROM load_attributes AS a
INNER JOIN redefined AS d ON d.source = a.source AND d.service_code = a.service_code
ANTI JOIN service_attribute_versions AS v
    ON v.is_current AND v.source = a.source AND v.service_code = a.service_code AND v.code = a.code;

UPDATE service_attribute_value_versions AS v
SET valid_to = d.valid_from, is_current = false
FROM redefined AS d
WHERE
    v.is_current AND v.source = d.source AND v.service_code = d.service_code
    AND NOT EXISTS (
        SELECT 1 FROM load_values AS l
        WHERE
            l.source = v.source AND l.service_code = v.service_code AND l.code = v.code
            AND l.value_number = v.value_number
            AND l.key IS NOT DISTINCT FROM v.key AND l.name IS NOT DISTINCT FROM v.name
    );

INSERT INTO service_attribute_value_versions BY NAME
SELECT l.*, d.valid_from, true AS is_current
FROM load_values AS l
INNER JOIN redefined AS d ON d.source = l.source AND d.service_code = l.service_code
ANTI JOIN service_attribute_value_versions AS v
    ON v.is_current AND v.source = l.source AND v.service_code = l.service_code
    AND v.code = l.code AND v.value_number = l.value_number;

UPDATE services AS s
SET definition_asked_at = $seen_at, definition_hash = d.definition_hash
FROM load_definitions AS d
WHERE s.source = d.source AND s.service_code = d.service_code;
