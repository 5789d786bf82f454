-- what:     spans called proven though a later whole reading of them is suspect or blocked
-- grain:    one row per span and reading
-- reads:    etl.coverage, etl.windows
-- writes:   nothing
-- severity: error
-- when:     each pull
-- do:       do not trust the span: pull it again with --start --end, and report it
SELECT c.source, c.span_start, c.span_end, w.reading_id, w.verdict, w.reason
FROM etl.coverage AS c
INNER JOIN etl.windows AS w
    ON w.source = c.source AND w.window_start < c.span_end AND w.window_end > c.span_start
WHERE
    c.source = coalesce($source, c.source)
    AND c.verdict IN ('proven', 'provisional')
    AND w.kind = 'window' AND w.verdict IN ('suspect', 'blocked')
    AND w.ended_at > c.read_at;
