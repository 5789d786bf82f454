-- what:   the turn of each staged entry: readings of one load are merged in their order, and of one
--         reading's copies of a request only the newest (rule 4 of the data)
-- grain:  one row per staged entry
-- reads:  stage
-- writes: temp tables turns (one row per entry with an id that can be stored), judged (the rest)
CREATE OR REPLACE TEMP TABLE turns AS
WITH named AS (
    SELECT
        rowid AS entry, reading_id, reading_number, source, service_request_id, updated_datetime,
        seen_at, page_number, content_hash,
        count(*) OVER (PARTITION BY source, service_request_id) AS copies
    FROM stage
    WHERE length(service_request_id) <= 512
),

-- Of copies read one after the other the last one wins that the source does not date, and a later one
-- only over it; else the one that the source dates newest.
fetched AS (
    SELECT
        *,
        seen_at < max(seen_at) FILTER (updated_datetime IS NULL)
            OVER (PARTITION BY source, service_request_id, reading_number) AS outdone
    FROM named
    WHERE copies > 1
)

SELECT
    entry, reading_id, source, service_request_id, content_hash, seen_at AS last_seen_at,
    1 AS turn, 1 AS place
FROM named
WHERE copies = 1
UNION ALL
SELECT
    entry, reading_id, source, service_request_id, content_hash,
    max(seen_at) OVER (PARTITION BY source, service_request_id, reading_number) AS last_seen_at,
    dense_rank() OVER (PARTITION BY source, service_request_id ORDER BY reading_number) AS turn,
    row_number() OVER (
        PARTITION BY source, service_request_id, reading_number
        ORDER BY
            coalesce(outdone, false), updated_datetime DESC NULLS LAST, seen_at DESC,
            page_number DESC, content_hash
    ) AS place
FROM fetched;

CREATE OR REPLACE TEMP TABLE judged AS
SELECT
    rowid AS entry, reading_id, source, service_request_id,
    CASE WHEN service_request_id IS NULL THEN 'pending' ELSE 'quarantined' END AS judgement
FROM stage
WHERE service_request_id IS NULL OR length(service_request_id) > 512
UNION ALL
SELECT entry, reading_id, source, service_request_id, 'repeated'
FROM turns
WHERE place > 1;
