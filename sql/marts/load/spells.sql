-- what:   replaces the open spells of the touched requests
-- grain:  one row per request and spell
-- reads:  fresh, touched, service_request_notes, service_request_versions
-- writes: marts.open_spells, temp tables spells_before, fresh_spells
-- Notes tell every closing and reopening with its time, also of before the first pull. What is later
-- than the last of them, and all where there are none, the versions tell. The newest status has the
-- last word.
CREATE OR REPLACE TEMP TABLE fresh_spells AS
WITH noted AS (
    SELECT
        n.service_request_id, n.note_datetime AS moment, lower(n.type) = 'closed' AS ended,
        n.note_number AS step
    FROM service_request_notes AS n
    SEMI JOIN touched AS t ON t.service_request_id = n.service_request_id
    WHERE
        n.source = $source AND n.note_datetime IS NOT NULL
        AND lower(n.type) IN ('closed', 'opened', 'reopened')
),

last_note AS (
    SELECT service_request_id, max(moment) AS moment FROM noted GROUP BY ALL
),

versioned AS (
    SELECT
        v.service_request_id, v.valid_from AS moment, ended(v.status) AS ended, 1000000 AS step
    FROM service_request_versions AS v
    SEMI JOIN touched AS t ON t.service_request_id = v.service_request_id
    LEFT JOIN last_note AS n ON n.service_request_id = v.service_request_id
    WHERE
        v.source = $source AND v.status IS NOT NULL
        AND (n.moment IS NULL OR v.valid_from > n.moment)
),

event AS (
    SELECT * FROM noted
    UNION ALL
    SELECT * FROM versioned
),

latest AS (
    SELECT service_request_id, max(moment) AS moment FROM event GROUP BY ALL
),

state AS (
    SELECT * FROM event
    UNION ALL
    SELECT
        f.service_request_id,
        greatest(coalesce(f.updated_datetime, f.first_seen_at), l.moment) AS moment,
        f.is_closed AS ended,
        2000000 AS step
    FROM fresh AS f
    LEFT JOIN latest AS l ON l.service_request_id = f.service_request_id
),

flip AS (
    SELECT *
    FROM state
    QUALIFY ended <> lag(ended, 1, false) OVER (PARTITION BY service_request_id ORDER BY moment, step)
),

turn AS (
    SELECT service_request_id, moment, ended, 1 AS number, step FROM flip
    UNION ALL
    SELECT service_request_id, requested_datetime AS moment, false AS ended, 0 AS number, 0 AS step
    FROM fresh
),

spell AS (
    SELECT
        service_request_id, ended, moment AS opened_datetime,
        lead(moment) OVER turns AS ended_datetime,
        lead(moment, 2) OVER turns AS reopened_datetime
    FROM turn
    WINDOW turns AS (PARTITION BY service_request_id ORDER BY number, moment, step)
)

SELECT
    f.source, f.service_request_id,
    row_number() OVER (
        PARTITION BY s.service_request_id ORDER BY s.opened_datetime, s.ended_datetime NULLS LAST
    ) AS spell,
    s.opened_datetime,
    coalesce(s.ended_datetime, f.gone_at) AS ended_datetime,
    CASE
        WHEN s.ended_datetime IS NOT NULL THEN 'closed'
        WHEN f.gone_at IS NOT NULL THEN 'gone'
    END AS ended_by,
    timezone($zone, s.opened_datetime)::DATE AS opened_date,
    timezone($zone, coalesce(s.ended_datetime, f.gone_at))::DATE AS ended_date,
    s.reopened_datetime,
    f.service_code, f.ward,
    NOT f.is_duplicate AND NOT f.is_info_only AS is_counted
FROM spell AS s
INNER JOIN fresh AS f ON f.service_request_id = s.service_request_id
WHERE NOT s.ended
ORDER BY s.opened_datetime;

CREATE OR REPLACE TEMP TABLE spells_before AS
SELECT s.*
FROM marts.open_spells AS s
SEMI JOIN touched AS t ON t.service_request_id = s.service_request_id
WHERE s.source = $source;

DELETE FROM marts.open_spells AS s
USING touched AS t
WHERE s.source = $source AND s.service_request_id = t.service_request_id;

INSERT INTO marts.open_spells BY NAME FROM fresh_spells;
