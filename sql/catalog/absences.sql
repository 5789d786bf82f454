-- what:   counts who is missing from a healthy list, and retires who was missing three times
-- grain:  one row per (source, service_code)
-- reads:  load_services, services, service_versions
-- writes: services, service_versions
UPDATE services AS s
SET absences = absences + 1
WHERE
    s.source = $source AND s.listed AND s.retired_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM load_services AS l
        WHERE l.source = s.source AND l.service_code = s.service_code
    );

CREATE OR REPLACE TEMP TABLE retired_now AS
SELECT
    s.* EXCLUDE (retired_at), $seen_at AS retired_at,
    greatest($seen_at, v.valid_from + INTERVAL 1 MICROSECOND) AS valid_from
FROM services AS s
LEFT JOIN service_versions AS v
    ON v.is_current AND v.source = s.source AND v.service_code = s.service_code
WHERE s.source = $source AND s.listed AND s.retired_at IS NULL AND s.absences >= 3;

UPDATE services AS s
SET retired_at = $seen_at, last_changed_at = $seen_at
FROM retired_now AS r
WHERE s.source = r.source AND s.service_code = r.service_code;

UPDATE service_versions AS v
SET valid_to = r.valid_from, is_current = false
FROM retired_now AS r
WHERE v.is_current AND v.source = r.source AND v.service_code = r.service_code;

INSERT INTO service_versions BY NAME
SELECT
    source, service_code, valid_from, true AS is_current, service_name, description,
    metadata, type, keywords, service_group, extra, listed, retired_at, content_hash
FROM retired_now;
