-- what:   the versions that a turn adds: which entries, and what has to be worked out for them
-- grain:  one row per (source, service_request_id) that is new or changed in the turn
-- reads:  met, judged, stage, service_request_versions
-- writes: temp table incoming
CREATE OR REPLACE TEMP TABLE incoming AS
WITH noted AS (
    SELECT
        m.*, j.judgement, s.seen_at, s.status, s.updated_datetime, s.content_hash,
        note_list(s.notes) AS note_list
    FROM met AS m
    INNER JOIN judged AS j ON j.entry = m.entry
    INNER JOIN stage AS s ON s.rowid = m.entry
    WHERE j.judgement IN ('new', 'changed')
),

closed AS (
    SELECT
        *,
        list_min([
            instant(n.datetime, $zone, $utc_is_local)
            FOR n IN note_list IF lower(n.type) = 'closed'
        ]) AS note_closed_at
    FROM noted
)

SELECT
    n.entry, n.source, n.service_request_id, n.judgement, n.content_hash, n.note_list,
    n.last_seen_at,
    coalesce(n.first_seen_at, n.seen_at) AS first_seen_at,
    -- A reopened request keeps its first closing; a closing note says more than a time of update.
    CASE
        WHEN n.note_closed_at IS NOT NULL AND n.closed_datetime_source = 'note'
            THEN least(n.note_closed_at, n.closed_datetime)
        WHEN n.note_closed_at IS NOT NULL THEN n.note_closed_at
        WHEN n.closed_datetime IS NOT NULL THEN n.closed_datetime
        WHEN n.status = 'closed' THEN n.updated_datetime
    END AS closed_datetime,
    CASE
        WHEN n.note_closed_at IS NOT NULL THEN 'note'
        WHEN n.closed_datetime IS NOT NULL THEN n.closed_datetime_source
        WHEN n.status = 'closed' AND n.updated_datetime IS NOT NULL THEN 'updated_datetime'
    END AS closed_datetime_source,
    -- A version begins when the source says that it was updated; where that does not move on, when
    -- we saw it, and never before the version that it replaces.
    CASE
        WHEN v.valid_from IS NULL THEN coalesce(n.updated_datetime, n.seen_at)
        WHEN n.updated_datetime > v.valid_from THEN n.updated_datetime
        ELSE greatest(n.seen_at, v.valid_from + INTERVAL 1 MICROSECOND)
    END AS valid_from
FROM closed AS n
LEFT JOIN service_request_versions AS v
    ON v.source = n.source AND v.service_request_id = n.service_request_id AND v.is_current;
