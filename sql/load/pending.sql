-- what:   remembers entries without an id, and which of the known ones have one by now
-- grain:  one row per pending entry
-- reads:  stage, judged, load_readings
-- writes: etl.pending
-- As if the readings were loaded one by one: what ends the waiting counts only where it comes after
-- the reading that showed the entry last.
CREATE OR REPLACE TEMP TABLE pending_now AS
WITH each_entry AS (
    SELECT
        s.*,
        -- A reading by id or by time of update has no window of requests: the entry's own second is.
        CASE WHEN r.kind = 'window' THEN r.window_start
            ELSE coalesce(date_trunc('second', s.requested_datetime), r.window_start) END
            AS window_start,
        CASE WHEN r.kind = 'window' THEN r.window_end
            ELSE coalesce(date_trunc('second', s.requested_datetime) + INTERVAL 1 SECOND, r.window_end)
            END AS window_end,
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
        ) AS pending_key
    FROM judged AS j
    INNER JOIN stage AS s ON s.rowid = j.entry
    INNER JOIN load_readings AS r ON r.reading_id = s.reading_id
    WHERE j.judgement = 'pending'
)

SELECT
    source, pending_key, token, service_code, requested_datetime, lat, long, window_start,
    window_end,
    first_value(seen_at) OVER shown AS first_seen_at,
    max(seen_at) OVER (PARTITION BY source, pending_key) AS last_seen_at,
    max(reading_number) OVER (PARTITION BY source, pending_key) AS reading_number
FROM each_entry
WINDOW shown AS (
    PARTITION BY source, pending_key
    ORDER BY reading_number, seen_at, content_hash, service_code, requested_datetime
)
QUALIFY row_number() OVER shown = 1;

UPDATE etl.pending AS p
SET
    last_seen_at = greatest(p.last_seen_at, n.last_seen_at), resolved_at = NULL, resolution = NULL,
    service_request_id = NULL
FROM pending_now AS n
WHERE p.source = n.source AND p.pending_key = n.pending_key;

INSERT INTO etl.pending BY NAME
SELECT n.* EXCLUDE (reading_number)
FROM pending_now AS n
ANTI JOIN etl.pending AS p ON p.source = n.source AND p.pending_key = n.pending_key;

CREATE OR REPLACE TEMP TABLE resolved AS
WITH waiting AS (
    SELECT p.*, coalesce(n.reading_number, -1) AS shown_in
    FROM etl.pending AS p
    LEFT JOIN pending_now AS n ON n.source = p.source AND n.pending_key = p.pending_key
    WHERE p.resolved_at IS NULL OR p.resolution = 'no longer listed'
),

arrived AS (
    SELECT s.*
    FROM judged AS j
    INNER JOIN stage AS s ON s.rowid = j.entry
    WHERE j.judgement IN ('new', 'changed')
),

ends AS (
    SELECT
        w.source, w.pending_key, a.reading_number, a.seen_at AS resolved_at, a.service_request_id,
        a.requested_datetime, 'token' AS resolution, 1 AS rank
    FROM waiting AS w
    INNER JOIN arrived AS a
        ON a.source = w.source AND a.token = w.token
        AND a.service_code IS NOT DISTINCT FROM w.service_code
        AND a.reading_number >= w.shown_in
    UNION ALL
    SELECT
        w.source, w.pending_key, a.reading_number, a.seen_at, a.service_request_id,
        a.requested_datetime, 'place and time', 2
    FROM waiting AS w
    INNER JOIN arrived AS a
        ON a.source = w.source AND a.requested_datetime = w.requested_datetime
        AND a.service_code IS NOT DISTINCT FROM w.service_code
        AND a.lat IS NOT DISTINCT FROM w.lat AND a.long IS NOT DISTINCT FROM w.long
        AND a.reading_number >= w.shown_in
    WHERE w.token IS NULL
    UNION ALL
    -- A whole reading of its window that shows it no longer ends the waiting, until it is found.
    SELECT
        w.source, w.pending_key, r.reading_number, r.ended_at, NULL, NULL, 'no longer listed', 3
    FROM waiting AS w
    INNER JOIN load_readings AS r
        ON r.source = w.source
        AND r.kind = 'window' AND r.verdict IN ('proven', 'provisional')
        AND r.service_code IS NULL AND r.status IS NULL
        AND w.window_start >= r.window_start AND w.window_end <= r.window_end
        AND r.reading_number > w.shown_in
    WHERE w.resolved_at IS NULL
)

SELECT * FROM ends
QUALIFY
    row_number() OVER (
        PARTITION BY source, pending_key
        ORDER BY
            rank = 3, reading_number, rank, requested_datetime NULLS LAST, service_request_id
    ) = 1;

UPDATE etl.pending AS p
SET
    resolved_at = r.resolved_at, service_request_id = r.service_request_id,
    resolution = r.resolution
FROM resolved AS r
WHERE p.source = r.source AND p.pending_key = r.pending_key;
