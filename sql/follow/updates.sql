-- what:   what the updated filter has brought so far, and when to ask it again
-- grain:  one row
-- reads:  etl.windows
-- writes: nothing
-- since/until: the unbroken stretch of readings after the last one that was found to leave out changes;
-- resume: where to go on asking.
WITH asked AS (
    SELECT
        run_id, verdict, window_start, window_end, ended_at,
        verdict IN ('proven', 'provisional') AS whole,
        contains(reason, 'without being shown') AS lied
    FROM etl.windows
    WHERE source = $source AND kind = 'follow'
),

lie AS (
    SELECT max(ended_at) AS lied_at FROM asked WHERE lied
),

reached AS (
    SELECT
        window_start, window_end,
        max(window_end) OVER (
            ORDER BY window_start, window_end ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before
    FROM asked, lie
    WHERE whole AND ended_at > coalesce(lied_at, '-infinity')
),

gap AS (
    SELECT min(window_start) AS at FROM reached WHERE window_start > before
),

stretch AS (
    SELECT min(window_start) AS since, max(window_end) AS until
    FROM reached, gap
    WHERE window_start < coalesce(gap.at, 'infinity')
)

SELECT
    s.since, s.until,
    coalesce(
        s.until, l.lied_at,
        (SELECT min(started_at) FROM etl.windows WHERE source = $source AND kind = 'window')
    ) AS resume,
    -- A day after it failed in one run, twice as long after each further one, at most a month, which
    -- is also for how long one that left changes out is left alone.
    (
        SELECT
            max(ended_at) + to_days(
                if(bool_or(lied), 30, least(30, 2 ** (count(DISTINCT run_id) - 1)))::INTEGER
            )
        FROM asked
        WHERE verdict = 'suspect' AND ended_at > coalesce((SELECT max(ended_at) FROM asked WHERE whole), '-infinity')
    ) AS next_try_at,
    (SELECT coalesce(arg_max(whole, ended_at), false) FROM asked) AS works
FROM stretch AS s, lie AS l;
