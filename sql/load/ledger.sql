-- what:   the ledger lines of a load
-- grain:  one row per reading, one per page
-- reads:  load_readings, load_pages, load_rejects, judged
-- writes: etl.windows, etl.pages
INSERT INTO etl.windows BY NAME
WITH counted AS (
    SELECT
        reading_id,
        count(*) FILTER (judgement = 'new') AS new,
        count(*) FILTER (judgement = 'changed') AS changed,
        count(*) FILTER (judgement = 'unchanged') AS unchanged,
        count(*) FILTER (judgement = 'stale') AS stale,
        count(*) FILTER (judgement = 'repeated') AS repeated,
        count(*) FILTER (judgement = 'pending') AS pending,
        count(*) FILTER (judgement = 'quarantined') AS quarantined
    FROM judged
    GROUP BY ALL
),

rejected AS (
    SELECT reading_id, count(*) AS quarantined FROM load_rejects GROUP BY ALL
),

before AS (
    SELECT
        w.source, w.window_start, w.window_end, w.service_code, w.status,
        arg_max(w.tries, w.ended_at) AS tries
    FROM etl.windows AS w
    SEMI JOIN load_readings AS r ON r.source = w.source
    GROUP BY ALL
),

-- How often a window failed in a row; one that was read well ends the row.
numbered AS (
    SELECT
        *,
        verdict IN ('suspect', 'blocked') AS failed,
        count(*) FILTER (NOT failed) OVER (
            PARTITION BY source, window_start, window_end, service_code, status
            ORDER BY reading_number
        ) AS well
    FROM load_readings
),

judged_reading AS (
    SELECT
        n.*,
        CASE
            WHEN n.failed
                THEN
                    CASE WHEN n.well = 0 THEN coalesce(b.tries, 0) ELSE 0 END
                    + count(*) FILTER (n.failed) OVER (
                        PARTITION BY
                            n.source, n.window_start, n.window_end, n.service_code, n.status, n.well
                        ORDER BY n.reading_number
                    )
            ELSE 0
        END AS tries
    FROM numbered AS n
    LEFT JOIN before AS b
        ON b.source = n.source AND b.window_start = n.window_start
        AND b.window_end = n.window_end
        AND b.service_code IS NOT DISTINCT FROM n.service_code
        AND b.status IS NOT DISTINCT FROM n.status
)

SELECT
    r.reading_id, r.run_id, r.source, r.kind, r.window_start, r.window_end, r.service_code,
    r.status, r.verdict, r.reason, r.records, r.ids,
    coalesce(c.new, 0) AS new, coalesce(c.changed, 0) AS changed,
    coalesce(c.unchanged, 0) AS unchanged, coalesce(c.stale, 0) AS stale,
    coalesce(c.repeated, 0) AS repeated, coalesce(c.pending, 0) AS pending,
    coalesce(c.quarantined, 0) + coalesce(q.quarantined, 0) AS quarantined,
    r.pages, r.requests, r.started_at, r.ended_at, r.tries,
    -- An hour after the first failure, then twice as long each time, at most a week.
    CASE WHEN r.tries > 0 THEN r.ended_at + to_seconds(3600 * least(168, 2 ** (r.tries - 1))) END
        AS next_try_at
FROM judged_reading AS r
LEFT JOIN counted AS c ON c.reading_id = r.reading_id
LEFT JOIN rejected AS q ON q.reading_id = r.reading_id;

INSERT INTO etl.pages BY NAME
SELECT
    reading_id, source, page_sha256 AS sha256, url, page_number, seen_at AS fetched_at, seconds, attempts,
    bytes, records
FROM load_pages;
