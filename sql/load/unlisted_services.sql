-- what:   adds codes that are seen in requests but in no services list, and their new names (Q-SVC-1)
-- grain:  one row per (source, service_code)
-- reads:  judged, stage, services, service_requests
-- writes: services, service_versions
CREATE OR REPLACE TEMP TABLE unlisted AS
SELECT s.source, s.service_code, s.service_name, s.seen_at
FROM stage AS s
INNER JOIN judged AS j ON j.entry = s.rowid
ANTI JOIN services AS k ON k.source = s.source AND k.service_code = s.service_code
WHERE s.service_code IS NOT NULL AND j.judgement IN ('new', 'changed')
QUALIFY
    row_number() OVER (
        PARTITION BY s.source, s.service_code
        ORDER BY s.reading_number, s.seen_at, s.service_request_id
    ) = 1;

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

-- A code that is used again under another name (Q-SVC-3) is another service from the first request on
-- that bears it, if none that was made later bears the name known.
CREATE OR REPLACE TEMP TABLE renamed AS
SELECT s.source, s.service_code, s.service_name, s.seen_at, s.requested_datetime
FROM stage AS s
INNER JOIN judged AS j ON j.entry = s.rowid
INNER JOIN services AS k ON k.source = s.source AND k.service_code = s.service_code
WHERE
    NOT k.listed AND j.judgement IN ('new', 'changed') AND s.service_name <> k.service_name
    AND NOT EXISTS (
        SELECT 1 FROM service_requests AS r
        WHERE
            r.source = s.source AND r.service_code = s.service_code
            AND r.service_name = k.service_name AND r.requested_datetime >= s.requested_datetime
    )
QUALIFY
    row_number() OVER (
        PARTITION BY s.source, s.service_code
        ORDER BY s.requested_datetime, s.service_request_id
    ) = 1;

CREATE OR REPLACE TEMP TABLE renamed_versions AS
SELECT
    v.* REPLACE (
        r.service_name AS service_name,
        greatest(coalesce(r.requested_datetime, r.seen_at), v.valid_from + INTERVAL 1 MICROSECOND)
            AS valid_from
    )
FROM service_versions AS v
INNER JOIN renamed AS r ON r.source = v.source AND r.service_code = v.service_code
WHERE v.is_current;

UPDATE service_versions AS v
SET valid_to = r.valid_from, is_current = false
FROM renamed_versions AS r
WHERE v.is_current AND v.source = r.source AND v.service_code = r.service_code;

INSERT INTO service_versions BY NAME
SELECT * FROM renamed_versions;

UPDATE services AS s
SET service_name = r.service_name, last_changed_at = r.seen_at
FROM renamed AS r
WHERE s.source = r.source AND s.service_code = r.service_code;
