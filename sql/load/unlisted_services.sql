-- what:   adds codes that are seen in requests but in no services list (Q-SVC-1)
-- grain:  one row per (source, service_code)
-- reads:  judged, stage, services
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
