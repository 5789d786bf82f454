-- what:   adds codes that are seen in requests but in no services list (Q-SVC-1)
-- grain:  one row per (source, service_code)
-- reads:  incoming, services
-- writes: services, service_versions
CREATE OR REPLACE TEMP TABLE unlisted AS
SELECT
    i.source, i.service_code,
    arg_max(i.service_name, i.seen_at) AS service_name,
    min(i.seen_at) AS seen_at
FROM incoming AS i
ANTI JOIN services AS s ON s.source = i.source AND s.service_code = i.service_code
WHERE i.service_code IS NOT NULL
GROUP BY ALL;

INSERT INTO services BY NAME
SELECT
    source, service_code, service_name, false AS listed, seen_at AS first_seen_at,
    seen_at AS last_seen_at, seen_at AS last_changed_at, 0 AS absences, 0::UBIGINT AS content_hash
FROM unlisted;

INSERT INTO service_versions BY NAME
SELECT
    source, service_code, service_name, seen_at AS valid_from, true AS is_current, false AS listed,
    0::UBIGINT AS content_hash
FROM unlisted;
