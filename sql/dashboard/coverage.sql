-- what:   how much of each local day is proven, provisional, suspect, blocked or unread
-- grain:  one row per local day of one source, from the first that was asked for to the last
-- reads:  etl.coverage
-- writes: nothing
WITH span AS (
    SELECT
        timezone($zone, span_start) AS span_start, timezone($zone, span_end) AS span_end, verdict,
        timezone($zone, read_at) AS read_at
    FROM etl.coverage
    WHERE source = $source
),

gap AS (
    SELECT span_end AS span_start, lead(span_start) OVER (ORDER BY span_start) AS span_end FROM span
),

told AS (
    SELECT * FROM span
    UNION ALL BY NAME
    SELECT span_start, span_end, 'unread' AS verdict FROM gap WHERE span_end > span_start
),

day AS (
    SELECT unnest(generate_series(
        min(span_start)::DATE, (max(span_end) - INTERVAL 1 SECOND)::DATE, INTERVAL 1 DAY
    ))::DATE AS day
    FROM span
),

part AS (
    SELECT
        d.day, t.verdict, t.read_at,
        date_diff('second', greatest(t.span_start, d.day), least(t.span_end, d.day + INTERVAL 1 DAY)) AS seconds
    FROM day AS d
    INNER JOIN told AS t ON t.span_start < d.day + INTERVAL 1 DAY AND t.span_end > d.day
)

SELECT
    day,
    coalesce(sum(seconds) FILTER (verdict = 'proven'), 0)::INTEGER AS proven,
    coalesce(sum(seconds) FILTER (verdict = 'provisional'), 0)::INTEGER AS provisional,
    coalesce(sum(seconds) FILTER (verdict = 'suspect'), 0)::INTEGER AS suspect,
    coalesce(sum(seconds) FILTER (verdict = 'blocked'), 0)::INTEGER AS blocked,
    coalesce(sum(seconds) FILTER (verdict = 'unread'), 0)::INTEGER AS unread
FROM part
GROUP BY day
ORDER BY day
