-- what:   brings the services and their versions to what the source lists now (rule 8 of the data)
-- grain:  one row per (source, service_code)
-- reads:  load_services, services, service_versions
-- writes: services, service_versions
CREATE OR REPLACE TEMP TABLE listed_now AS
WITH hashed AS (
    SELECT
        *,
        md5_number_lower(concat_ws(
            chr(31), coalesce(service_name, ''), coalesce(description, ''),
            coalesce(metadata::VARCHAR, ''), coalesce(type, ''), coalesce(keywords::VARCHAR, ''),
            coalesce(service_group, ''), coalesce(extra, '')
        )) AS content_hash
    FROM load_services
    QUALIFY row_number() OVER (PARTITION BY source, service_code ORDER BY position) = 1
)

SELECT
    h.* EXCLUDE (position),
    CASE
        WHEN s.service_code IS NULL THEN 'new'
        WHEN s.content_hash = h.content_hash AND s.listed AND s.retired_at IS NULL THEN 'unchanged'
        ELSE 'changed'
    END AS judgement,
    coalesce(s.first_seen_at, $seen_at) AS first_seen_at,
    s.definition_asked_at,
    s.definition_hash,
    -- A run's clock begins at a whole second, which may be before what the last run saw.
    greatest($seen_at, v.valid_from + INTERVAL 1 MICROSECOND) AS valid_from
FROM hashed AS h
LEFT JOIN services AS s ON s.source = h.source AND s.service_code = h.service_code
LEFT JOIN service_versions AS v
    ON v.source = h.source AND v.service_code = h.service_code AND v.is_current;

UPDATE service_versions AS v
SET valid_to = n.valid_from, is_current = false
FROM listed_now AS n
WHERE
    n.judgement = 'changed' AND v.is_current
    AND v.source = n.source AND v.service_code = n.service_code;

INSERT INTO service_versions BY NAME
SELECT
    source, service_code, valid_from, true AS is_current, service_name, description,
    metadata, type, keywords, service_group, extra, true AS listed, content_hash
FROM listed_now
WHERE judgement <> 'unchanged';

DELETE FROM services AS s
USING listed_now AS n
WHERE n.judgement = 'changed' AND s.source = n.source AND s.service_code = n.service_code;

INSERT INTO services BY NAME
SELECT
    source, service_code, service_name, description, metadata, type, keywords, service_group, extra,
    true AS listed, first_seen_at, $seen_at AS last_seen_at, $seen_at AS last_changed_at,
    0 AS absences, definition_asked_at, definition_hash, content_hash
FROM listed_now
WHERE judgement <> 'unchanged';

UPDATE services AS s
SET last_seen_at = $seen_at, absences = 0
FROM listed_now AS n
WHERE n.judgement = 'unchanged' AND s.source = n.source AND s.service_code = n.service_code;
