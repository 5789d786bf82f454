-- what:   known requests that the newest proven reading of their window does not hold
-- grain:  one row per request that was not asked for by id since
-- reads:  service_requests, etl.denials, etl.coverage, etl.windows
-- writes: nothing
WITH span AS (
    SELECT c.span_start, c.span_end, w.started_at
    FROM etl.coverage AS c
    INNER JOIN etl.windows AS w
        ON w.source = c.source AND w.kind = 'window' AND w.window_start = c.window_start
        AND w.window_end = c.window_end AND w.ended_at = c.read_at
    WHERE
        c.source = $source AND c.verdict IN ('proven', 'provisional') AND w.service_code IS NULL
)

SELECT r.service_request_id
FROM service_requests AS r
ASOF INNER JOIN span AS s ON r.requested_datetime >= s.span_start
LEFT JOIN etl.denials AS d
    ON d.source = r.source AND d.service_request_id = r.service_request_id
WHERE
    r.source = $source AND r.gone_at IS NULL AND r.requested_datetime < s.span_end
    AND r.last_seen_at < s.started_at AND coalesce(d.denied_at, '-infinity') < s.started_at
ORDER BY r.requested_datetime DESC, r.service_request_id
LIMIT $most;
