-- what:   what is known to be missing
-- grain:  one row per unread, suspect or blocked span, one per window with pending entries, and one
--         per source with requests that are due
-- reads:  etl.coverage, etl.windows, etl.pending, etl.stale
-- writes: view etl.debt
CREATE OR REPLACE VIEW etl.debt AS
WITH failed AS (
    SELECT
        source, window_start, window_end,
        max(tries) FILTER (next_try_at IS NOT NULL) AS tries,
        max(ended_at) FILTER (tries = 1) AS since
    FROM etl.windows
    WHERE kind = 'window'
    GROUP BY ALL
),

gap AS (
    SELECT
        source, span_end AS span_start,
        lead(span_start) OVER (PARTITION BY source ORDER BY span_start) AS span_end
    FROM etl.coverage
)

SELECT
    c.source, c.verdict AS kind, c.span_start, c.span_end, NULL::BIGINT AS entries,
    coalesce(f.since, c.read_at) AS since, coalesce(f.tries, 1) AS tries, c.next_try_at, c.reason
FROM etl.coverage AS c
LEFT JOIN failed AS f
    ON f.source = c.source AND f.window_start = c.window_start AND f.window_end = c.window_end
WHERE c.verdict IN ('suspect', 'blocked')
UNION ALL BY NAME
SELECT source, 'unread' AS kind, span_start, span_end, 'never read' AS reason
FROM gap
WHERE span_end > span_start
UNION ALL BY NAME
SELECT
    source, 'pending' AS kind, window_start AS span_start, window_end AS span_end,
    count(*) AS entries, min(first_seen_at) AS since, 'without service_request_id' AS reason
FROM etl.pending
WHERE resolved_at IS NULL
GROUP BY ALL
UNION ALL BY NAME
SELECT
    source, 'stale' AS kind, coalesce(since, as_of) AS span_start, as_of AS span_end,
    requests AS entries, since, 'due to be looked at again' AS reason
FROM etl.stale;

COMMENT ON VIEW etl.debt IS 'What is known to be missing: spans unread, suspect or blocked, entries that have no service_request_id yet, and known requests that should have been looked at again';
COMMENT ON COLUMN etl.debt.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN etl.debt.kind IS 'unread: never read; suspect or blocked: how its last reading ended; pending: entries without an id; stale: known requests that should have been looked at again';
COMMENT ON COLUMN etl.debt.span_start IS 'First instant of the span of requested_datetime; of what is stale, when it was last looked at';
COMMENT ON COLUMN etl.debt.span_end IS 'First instant after the span';
COMMENT ON COLUMN etl.debt.entries IS 'Entries that are known to be missing; null where nobody knows how many';
COMMENT ON COLUMN etl.debt.since IS 'Since when it is known; null for what was never read';
COMMENT ON COLUMN etl.debt.tries IS 'Readings in a row that ended so; null where none was made';
COMMENT ON COLUMN etl.debt.next_try_at IS 'When it is due again';
COMMENT ON COLUMN etl.debt.reason IS 'Why it is missing, in words';
