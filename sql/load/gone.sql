-- what:   marks who a read by id denies and a proven later reading of its window lacks (rule 7)
-- grain:  one row per request denied; one version per request gone
-- reads:  load_readings, load_pages, etl.denials, etl.windows, service_requests
-- writes: etl.denials, service_requests, service_request_versions
-- A denial is a page without entries of a reading in which others were answered; either proof may come
-- first. Who is seen again gets a version like any other (judge.sql).
CREATE OR REPLACE TEMP TABLE denied_now AS
SELECT r.source, p.subject AS service_request_id, max(p.seen_at) AS denied_at, max(r.reading_id) AS reading_id
FROM load_pages AS p
INNER JOIN load_readings AS r ON r.reading_id = p.reading_id
WHERE r.kind = 'single' AND r.verdict = 'proven' AND p.subject IS NOT NULL AND p.records = 0
GROUP BY ALL;

DELETE FROM etl.denials AS d
USING denied_now AS n
WHERE d.source = n.source AND d.service_request_id = n.service_request_id;

INSERT INTO etl.denials BY NAME
SELECT * FROM denied_now;

CREATE OR REPLACE TEMP TABLE gone_now AS
WITH denied AS (
    SELECT c.source, c.service_request_id, c.requested_datetime, c.last_seen_at, d.denied_at
    FROM etl.denials AS d
    INNER JOIN service_requests AS c
        ON c.source = d.source AND c.service_request_id = d.service_request_id
    WHERE c.gone_at IS NULL AND d.denied_at > c.last_seen_at
)

SELECT
    d.source, d.service_request_id,
    greatest(d.denied_at, min(w.ended_at)) AS gone_at
FROM denied AS d
SEMI JOIN load_readings AS r ON r.source = d.source
INNER JOIN etl.windows AS w
    ON w.source = d.source AND w.kind = 'window' AND w.verdict IN ('proven', 'provisional')
    AND w.service_code IS NULL AND w.status IS NULL
    AND w.window_start <= d.requested_datetime AND w.window_end > d.requested_datetime
    AND w.started_at > d.last_seen_at
GROUP BY d.source, d.service_request_id, d.denied_at;

CREATE OR REPLACE TEMP TABLE gone_versions AS
SELECT v.* REPLACE (
    greatest(g.gone_at, v.valid_from + INTERVAL 1 MICROSECOND) AS valid_from,
    g.gone_at AS observed_at,
    g.gone_at AS gone_at
)
FROM service_request_versions AS v
INNER JOIN gone_now AS g
    ON g.source = v.source AND g.service_request_id = v.service_request_id
WHERE v.is_current;

UPDATE service_request_versions AS v
SET valid_to = g.valid_from, is_current = false
FROM gone_versions AS g
WHERE v.is_current AND v.source = g.source AND v.service_request_id = g.service_request_id;

INSERT INTO service_request_versions BY NAME
SELECT * FROM gone_versions;

UPDATE service_requests AS c
SET gone_at = g.gone_at, last_changed_at = g.gone_at
FROM gone_now AS g
WHERE c.source = g.source AND c.service_request_id = g.service_request_id;
