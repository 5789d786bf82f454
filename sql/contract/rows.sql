-- what:   what a run was the first to see, and what was seen before of the 90 days until then
-- grain:  one row per request
-- reads:  service_requests, service_request_versions, etl.windows, etl.pages, etl.profile_changes, etl.runs
-- writes: temp tables contract_rows, contract_since
-- What the run that noticed a change has read is already the new normal.
CREATE OR REPLACE TEMP TABLE contract_since AS
SELECT c.trait, max(coalesce(r.as_of, c.seen_at)) AS changed_at
FROM etl.profile_changes AS c
LEFT JOIN etl.runs AS r ON r.run_id = c.run_id
WHERE c.source = $source AND c.run_id IS DISTINCT FROM $run_id
GROUP BY c.trait;

CREATE OR REPLACE TEMP TABLE contract_rows AS
WITH span AS (
    SELECT min(started_at) AS began FROM etl.windows WHERE run_id = $run_id
),

page AS (
    SELECT DISTINCT p.sha256
    FROM etl.pages AS p
    INNER JOIN etl.windows AS w ON w.reading_id = p.reading_id
    WHERE w.run_id = $run_id
),

fresh AS (
    SELECT r.source, r.service_request_id, r.requested_datetime, r.first_seen_at
    FROM service_requests AS r
    SEMI JOIN page AS p ON p.sha256 = r.page_sha256
    CROSS JOIN span AS s
    WHERE r.source = $source AND r.first_seen_at >= s.began
),

reach AS (
    SELECT min(requested_datetime) - INTERVAL 90 DAY AS oldest FROM fresh
),

-- What the run read again and found changed counts as it was before.
was AS (
    SELECT
        v.service_request_id, arg_max_null(v.service_code, v.observed_at) AS service_code,
        arg_max_null(v.lat, v.observed_at) AS lat, arg_max_null(v.long, v.observed_at) AS long
    FROM service_request_versions AS v
    CROSS JOIN span AS s
    SEMI JOIN service_requests AS r
        ON r.source = v.source AND r.service_request_id = v.service_request_id
        AND r.first_seen_at < s.began AND r.last_changed_at >= s.began
    WHERE v.source = $source AND v.observed_at < s.began
    GROUP BY ALL
)

SELECT
    r.service_request_id, r.requested_datetime, r.first_seen_at,
    if(w.service_request_id IS NULL, r.service_code, w.service_code) AS service_code,
    if(w.service_request_id IS NULL, r.lat, w.lat) AS lat,
    if(w.service_request_id IS NULL, r.long, w.long) AS long,
    f.service_request_id IS NOT NULL AS fresh
FROM service_requests AS r
LEFT JOIN fresh AS f ON f.service_request_id = r.service_request_id
LEFT JOIN was AS w ON w.service_request_id = r.service_request_id
CROSS JOIN reach AS e
CROSS JOIN span AS s
WHERE
    r.source = $source
    AND (f.service_request_id IS NOT NULL OR r.first_seen_at < s.began)
    AND (f.service_request_id IS NOT NULL OR r.requested_datetime >= e.oldest);
