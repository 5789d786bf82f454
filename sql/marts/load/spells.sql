-- what:   when the touched requests were closed and opened again
-- grain:  one row per touched request; one per spell after the first
-- reads:  touched, noted, stated
-- writes: temp tables first_spells, more_spells
-- Notes tell every closing and reopening with its time, also of before the first pull. What is later
-- than the last of them, and all where there are none, the versions tell. The newest status has the
-- last word.
CREATE OR REPLACE TEMP TABLE event AS
WITH last_note AS (
    SELECT request, max(moment) AS moment
    FROM noted
    WHERE type IN ('closed', 'opened', 'reopened')
    GROUP BY request
)

SELECT request, moment, step, type = 'closed' AS ended
FROM noted
WHERE type IN ('closed', 'opened', 'reopened')
UNION ALL
SELECT s.request, s.valid_from AS moment, 1000000 AS step, ended(s.status) AS ended
FROM stated AS s
LEFT JOIN last_note AS n ON n.request = s.request
WHERE s.status IS NOT NULL AND (n.moment IS NULL OR s.valid_from > n.moment);

CREATE OR REPLACE TEMP TABLE outline AS
WITH summed AS (
    SELECT
        request,
        min(moment) FILTER (ended) AS first_end,
        max(moment) FILTER (NOT ended) AS last_opening,
        max(moment) AS last_event
    FROM event
    GROUP BY request
)

SELECT
    t.request,
    greatest(t.state_datetime, s.last_event) AS state_datetime,
    s.first_end,
    -- Few requests are opened after an end of theirs; only of these the order of all events matters.
    coalesce(s.first_end IS NOT NULL AND (NOT t.is_closed OR s.last_opening >= s.first_end), false)
        AS tangled
FROM touched AS t
LEFT JOIN summed AS s ON s.request = t.request;

CREATE OR REPLACE TEMP TABLE tangles AS
WITH state AS (
    SELECT e.*
    FROM event AS e
    SEMI JOIN outline AS o ON o.request = e.request AND o.tangled
    UNION ALL
    SELECT o.request, o.state_datetime AS moment, 2000000 AS step, t.is_closed AS ended
    FROM outline AS o
    INNER JOIN touched AS t ON t.request = o.request
    WHERE o.tangled
),

-- They take turns: an end, an opening, an end ...
flip AS (
    SELECT request, moment, step
    FROM state
    QUALIFY ended <> lag(ended, 1, false) OVER (PARTITION BY request ORDER BY moment, step)
)

SELECT request, list(moment ORDER BY moment, step) AS flips FROM flip GROUP BY request;

CREATE OR REPLACE TEMP TABLE first_spells AS
WITH spell AS (
    SELECT
        t.request, t.gone_at,
        CASE
            WHEN o.tangled THEN l.flips[1]
            WHEN t.is_closed THEN coalesce(o.first_end, o.state_datetime)
        END AS closed_datetime,
        l.flips[2] AS reopened_datetime,
        coalesce(len(l.flips) // 2, 0) AS reopened_count,
        CASE WHEN len(l.flips) % 2 = 1 THEN l.flips[-1] ELSE l.flips[-2] END AS later_closed_datetime
    FROM touched AS t
    INNER JOIN outline AS o ON o.request = t.request
    LEFT JOIN tangles AS l ON l.request = t.request
)

SELECT
    request,
    coalesce(closed_datetime, gone_at) AS ended_datetime,
    CASE WHEN closed_datetime IS NOT NULL THEN 'closed' WHEN gone_at IS NOT NULL THEN 'gone' END
        AS ended_by,
    reopened_datetime,
    reopened_count::INTEGER AS reopened_count,
    coalesce(later_closed_datetime, closed_datetime) AS last_closed_datetime
FROM spell;

CREATE OR REPLACE TEMP TABLE more_spells AS
WITH numbered AS (
    SELECT request, flips, unnest(range(1, len(flips) // 2 + 1)) AS n FROM tangles
)

SELECT
    m.request,
    m.n + 1 AS spell,
    m.flips[2 * m.n] AS opened_datetime,
    coalesce(m.flips[2 * m.n + 1], t.gone_at) AS ended_datetime,
    CASE
        WHEN m.flips[2 * m.n + 1] IS NOT NULL THEN 'closed'
        WHEN t.gone_at IS NOT NULL THEN 'gone'
    END AS ended_by,
    m.flips[2 * m.n + 2] AS reopened_datetime
FROM numbered AS m
INNER JOIN touched AS t ON t.request = m.request;
