-- what:   what becomes of the entries of one turn, by what is stored of their requests (rule 4)
-- grain:  one row per entry of the turn
-- reads:  turns, stage, load_readings, service_requests
-- writes: temp tables met (the entries of the turn), judged
CREATE OR REPLACE TEMP TABLE met AS
SELECT
    t.entry, t.reading_id, t.source, t.service_request_id,
    c.rowid AS stored,
    greatest(t.last_seen_at, c.last_seen_at) AS last_seen_at,
    c.first_seen_at, c.closed_datetime, c.closed_datetime_source,
    c.rowid IS NOT NULL AND c.gone_at IS NULL AND c.content_hash = t.content_hash AS same
FROM turns AS t
LEFT JOIN service_requests AS c
    ON c.source = t.source AND c.service_request_id = t.service_request_id
WHERE t.turn = $turn AND t.place = 1;

-- Whose hash differs is compared by what it says: order of keys, white space and flapping offsets
-- make no version.
CREATE OR REPLACE TEMP TABLE differing AS
WITH pair AS (
    SELECT
        m.entry,
        moved(
            c.requested_datetime, s.requested_datetime, c.updated_datetime, s.updated_datetime,
            c.expected_datetime, s.expected_datetime
        ) AS back,
        c.gone_at IS NULL AND back IS NOT NULL
        AND (
            s.token, s.status, s.status_notes, s.service_code, s.service_name, s.description,
            s.agency_responsible, s.service_notice, s.address, s.address_id, s.zipcode, s.lat,
            s.long, s.media_url
        ) IS NOT DISTINCT FROM (
            c.token, c.status, c.status_notes, c.service_code, c.service_name, c.description,
            c.agency_responsible, c.service_notice, c.address, c.address_id, c.zipcode, c.lat,
            c.long, c.media_url
        ) AS alike,
        -- Older by the source's own word; where that does not decide, read before what is stored.
        coalesce(
            s.updated_datetime < c.updated_datetime
            OR (
                coalesce(s.updated_datetime = c.updated_datetime, true)
                AND s.seen_at < greatest(c.last_seen_at, c.gone_at)
            ),
            false
        ) AS older,
        -- Some servers write other texts by id than in lists; a change would move the time of update.
        r.kind = 'single' AND c.gone_at IS NULL AND s.updated_datetime = c.updated_datetime
        AND s.status IS NOT DISTINCT FROM c.status AS retold,
        [s.extended_attributes, s.notes, s.attributes, s.extra] AS said,
        [c.extended_attributes, c.notes, c.attributes, c.extra] AS known
    FROM met AS m
    INNER JOIN stage AS s ON s.rowid = m.entry
    INNER JOIN service_requests AS c ON c.rowid = m.stored
    INNER JOIN load_readings AS r ON r.reading_id = m.reading_id
    WHERE NOT m.same
),

part AS (
    SELECT entry, back, unnest(said) AS said, unnest(known) AS known
    FROM pair
    WHERE alike
),

same AS (
    SELECT entry
    FROM part
    GROUP BY entry
    HAVING bool_and(
        said IS NOT DISTINCT FROM known
        OR meaning(said, 0, $zone, $utc_is_local)
        IS NOT DISTINCT FROM meaning(known, 0, $zone, $utc_is_local)
        OR meaning(said, back, $zone, $utc_is_local)
        IS NOT DISTINCT FROM meaning(known, 0, $zone, $utc_is_local)
    )
)

SELECT
    p.entry,
    CASE WHEN s.entry IS NOT NULL OR p.retold THEN 'unchanged' WHEN p.older THEN 'stale' ELSE 'changed' END
        AS judgement
FROM pair AS p
LEFT JOIN same AS s ON s.entry = p.entry;

INSERT INTO judged BY NAME
SELECT
    m.entry, m.reading_id, m.source, m.service_request_id,
    CASE WHEN m.stored IS NULL THEN 'new' WHEN m.same THEN 'unchanged' ELSE d.judgement END
        AS judgement
FROM met AS m
LEFT JOIN differing AS d ON d.entry = m.entry;
