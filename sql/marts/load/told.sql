-- what:   what notes and versions tell of the touched requests
-- grain:  one row per note that has a time; one per version
-- reads:  touched, service_request_notes, service_request_versions
-- writes: temp tables noted, stated
-- Notes and newest versions are stored when a request changes: none is older than $since. Of the big
-- tables only the end is read then.
CREATE OR REPLACE TEMP TABLE noted AS
SELECT t.request, n.note_datetime AS moment, n.note_number AS step, coalesce(lower(n.type), '') AS type
FROM service_request_notes AS n
INNER JOIN touched AS t ON t.service_request_id = n.service_request_id
WHERE n.source = $source AND n.observed_at >= $since AND n.note_datetime IS NOT NULL;

CREATE OR REPLACE TEMP TABLE stated AS
WITH kept AS (
    SELECT
        service_request_id, is_current, valid_from, status, status_notes, agency_responsible,
        expected_datetime
    FROM service_request_versions
    WHERE source = $source AND is_current AND observed_at >= $since
    UNION ALL
    SELECT
        service_request_id, is_current, valid_from, status, status_notes, agency_responsible,
        expected_datetime
    FROM service_request_versions
    WHERE source = $source AND NOT is_current
)

SELECT t.request, k.* EXCLUDE (service_request_id)
FROM kept AS k
INNER JOIN touched AS t ON t.service_request_id = k.service_request_id;
