-- what:   what the newest readings say of each span of requested_datetime
-- grain:  one row per source and elementary span, gaps left out
-- reads:  etl.windows
-- writes: view etl.coverage
CREATE OR REPLACE VIEW etl.coverage AS
WITH reading AS (
    -- The narrowed parts of one window count as one reading, as bad as the worst of them.
    SELECT
        source, run_id, window_start, window_end,
        max(ended_at) AS read_at,
        arg_max(
            verdict,
            CASE verdict WHEN 'blocked' THEN 3 WHEN 'suspect' THEN 2 WHEN 'provisional' THEN 1 ELSE 0 END
        ) AS verdict,
        sum(pending) AS pending,
        max(next_try_at) AS next_try_at,
        any_value(reason) FILTER (reason <> '') AS reason
    FROM etl.windows
    WHERE kind = 'window'
    GROUP BY ALL
),

cut AS (
    SELECT source, window_start AS t FROM reading
    UNION
    SELECT source, window_end AS t FROM reading
),

span AS (
    SELECT source, t AS span_start, lead(t) OVER (PARTITION BY source ORDER BY t) AS span_end FROM cut
)

SELECT
    s.source, s.span_start, s.span_end,
    arg_max(r.verdict, r.read_at) AS verdict,
    max(r.read_at) AS read_at,
    arg_max(r.window_start, r.read_at) AS window_start,
    arg_max(r.window_end, r.read_at) AS window_end,
    arg_max(r.pending, r.read_at) AS pending,
    arg_max_null(r.next_try_at, r.read_at) AS next_try_at,
    arg_max_null(r.reason, r.read_at) AS reason
FROM span AS s
INNER JOIN reading AS r
    ON r.source = s.source AND r.window_start <= s.span_start AND r.window_end >= s.span_end
WHERE s.span_end IS NOT NULL
GROUP BY ALL;

COMMENT ON VIEW etl.coverage IS 'What the newest readings say of each span of requested_datetime: proven, provisional, suspect or blocked; spans that were never read have no row';
COMMENT ON COLUMN etl.coverage.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN etl.coverage.span_start IS 'First instant of the span';
COMMENT ON COLUMN etl.coverage.span_end IS 'First instant after the span';
COMMENT ON COLUMN etl.coverage.verdict IS 'How its newest reading ended: proven, provisional, suspect or blocked';
COMMENT ON COLUMN etl.coverage.read_at IS 'When that reading ended';
COMMENT ON COLUMN etl.coverage.window_start IS 'First instant of the window of that reading';
COMMENT ON COLUMN etl.coverage.window_end IS 'First instant after that window';
COMMENT ON COLUMN etl.coverage.pending IS 'Entries without an id in that window';
COMMENT ON COLUMN etl.coverage.next_try_at IS 'When it is due again, where it is suspect or blocked';
COMMENT ON COLUMN etl.coverage.reason IS 'Why it is not proven, in words; null where it is';
