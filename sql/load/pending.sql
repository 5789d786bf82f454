-- what:   remembers entries without an id, and which of the known ones have one by now
-- grain:  one row per pending entry
-- reads:  stage, judged, load_readings, incoming
-- writes: etl.pending
CREATE OR REPLACE TEMP TABLE pending_now AS
SELECT
    s.source,
    coalesce(
        s.token,
        CASE
            WHEN coalesce(s.service_code, s.requested_datetime::VARCHAR, s.address) IS NOT NULL
                THEN md5(concat_ws(
                    '|', s.service_code, epoch_us(s.requested_datetime)::VARCHAR, s.lat::VARCHAR,
                    s.long::VARCHAR, s.address
                ))
        END,
        'nothing known, ' || strftime(r.window_start AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ')
    ) AS pending_key,
    any_value(s.token) AS token,
    any_value(s.service_code) AS service_code,
    any_value(s.requested_datetime) AS requested_datetime,
    any_value(s.lat) AS lat,
    any_value(s.long) AS long,
    max(r.window_start) AS window_start,
    max(r.window_end) AS window_end,
    min(s.seen_at) AS first_seen_at,
    max(s.seen_at) AS last_seen_at
FROM judged AS j
INNER JOIN stage AS s ON s.rowid = j.entry
INNER JOIN load_readings AS r ON r.reading_id = j.reading_id
WHERE j.judgement = 'pending'
GROUP BY ALL;

UPDATE etl.pending AS p
SET last_seen_at = n.last_seen_at, resolved_at = NULL, resolution = NULL
FROM pending_now AS n
WHERE p.source = n.source AND p.pending_key = n.pending_key;

INSERT INTO etl.pending BY NAME
SELECT n.*
FROM pending_now AS n
ANTI JOIN etl.pending AS p ON p.source = n.source AND p.pending_key = n.pending_key;

UPDATE etl.pending AS p
SET
    resolved_at = found.seen_at, service_request_id = found.service_request_id,
    resolution = found.resolution
FROM (
    SELECT
        q.source, q.pending_key,
        min(i.seen_at) AS seen_at,
        arg_min(i.service_request_id, i.requested_datetime) AS service_request_id,
        CASE WHEN bool_or(i.token = q.token) THEN 'token' ELSE 'place and time' END AS resolution
    FROM etl.pending AS q
    INNER JOIN incoming AS i
        ON i.source = q.source
        AND i.service_code IS NOT DISTINCT FROM q.service_code
        AND (
            i.token = q.token
            OR (
                q.token IS NULL AND i.requested_datetime = q.requested_datetime
                AND i.lat IS NOT DISTINCT FROM q.lat AND i.long IS NOT DISTINCT FROM q.long
            )
        )
    WHERE q.resolved_at IS NULL
    GROUP BY ALL
) AS found
WHERE p.source = found.source AND p.pending_key = found.pending_key;

-- A whole reading of its window that shows it no longer ends the waiting, whatever became of it.
UPDATE etl.pending AS p
SET resolved_at = r.ended_at, resolution = 'no longer listed'
FROM load_readings AS r
WHERE
    p.resolved_at IS NULL AND p.source = r.source
    AND r.kind = 'window' AND r.verdict IN ('proven', 'provisional')
    AND r.service_code IS NULL AND r.status IS NULL
    AND p.window_start >= r.window_start AND p.window_end <= r.window_end
    AND NOT EXISTS (
        SELECT 1 FROM pending_now AS n
        WHERE n.source = p.source AND n.pending_key = p.pending_key
    );
