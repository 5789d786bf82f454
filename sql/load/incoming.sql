-- what:   the versions that a load adds: which entries, and what has to be worked out for them
-- grain:  one row per (source, service_request_id) that is new or changed
-- reads:  stage, judged, service_requests, service_request_versions
-- writes: temp table incoming
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT
    j.entry,
    s.source, s.service_request_id, s.reading_id, s.seen_at, s.token, s.service_code,
    s.service_name, s.requested_datetime, s.lat, s.long,
    j.judgement,
    j.content_hash,
    coalesce(c.first_seen_at, s.seen_at) AS first_seen_at,
    -- A reopened request keeps its first closing; a closing note says more than a time of update.
    CASE
        WHEN s.note_closed_at IS NOT NULL AND c.closed_datetime_source = 'note'
            THEN least(s.note_closed_at, c.closed_datetime)
        WHEN s.note_closed_at IS NOT NULL THEN s.note_closed_at
        WHEN c.closed_datetime IS NOT NULL THEN c.closed_datetime
        WHEN s.status = 'closed' THEN s.updated_datetime
    END AS closed_datetime,
    CASE
        WHEN s.note_closed_at IS NOT NULL THEN 'note'
        WHEN c.closed_datetime IS NOT NULL THEN c.closed_datetime_source
        WHEN s.status = 'closed' AND s.updated_datetime IS NOT NULL THEN 'updated_datetime'
    END AS closed_datetime_source,
    -- A version begins when the source says that it was updated; where that does not move on, when
    -- we saw it, and never before the version that it replaces.
    CASE
        WHEN v.valid_from IS NULL THEN coalesce(s.updated_datetime, s.seen_at)
        WHEN s.updated_datetime > v.valid_from THEN s.updated_datetime
        ELSE greatest(s.seen_at, v.valid_from + INTERVAL 1 MICROSECOND)
    END AS valid_from
FROM judged AS j
INNER JOIN stage AS s ON s.rowid = j.entry
LEFT JOIN service_requests AS c
    ON c.source = j.source AND c.service_request_id = j.service_request_id
LEFT JOIN service_request_versions AS v
    ON v.source = j.source AND v.service_request_id = j.service_request_id AND v.is_current
WHERE j.judgement IN ('new', 'changed');
