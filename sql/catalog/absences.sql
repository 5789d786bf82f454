-- what:   counts who is missing from a healthy list, and retires who was missing three times
-- grain:  one row per (source, service_code)
-- reads:  load_services, services
-- writes: services, service_versions
UPDATE services AS s
SET absences = absences + 1
WHERE
    s.source = $source AND s.listed AND s.retired_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM load_services AS l
        WHERE l.source = s.source AND l.service_code = s.service_code
    );

UPDATE services
SET retired_at = $seen_at, last_changed_at = $seen_at
WHERE source = $source AND listed AND retired_at IS NULL AND absences >= 3;

UPDATE service_versions AS v
SET valid_to = $seen_at, is_current = false
FROM services AS s
WHERE
    s.source = $source AND s.retired_at = $seen_at AND v.is_current
    AND v.source = s.source AND v.service_code = s.service_code;

INSERT INTO service_versions BY NAME
SELECT
    source, service_code, $seen_at AS valid_from, true AS is_current, service_name, description,
    metadata, type, keywords, service_group, extra, listed, retired_at, content_hash
FROM services
WHERE source = $source AND retired_at = $seen_at;
