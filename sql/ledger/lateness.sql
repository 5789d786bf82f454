-- what:   how late requests appear in windows that had been read without them
-- grain:  one row
-- reads:  etl.windows, service_requests
-- writes: nothing
WITH reading AS (
    SELECT window_start, window_end, ended_at
    FROM etl.windows
    WHERE
        source = $source AND kind = 'window' AND verdict IN ('proven', 'provisional')
        AND service_code IS NULL AND window_end > $since
),

cut AS (
    SELECT window_start AS t FROM reading
    UNION
    SELECT window_end FROM reading
),

span AS (
    SELECT t AS span_start, lead(t) OVER (ORDER BY t) AS span_end FROM cut
),

first_read AS (
    SELECT s.span_start, s.span_end, min(r.ended_at) AS read_at
    FROM span AS s
    INNER JOIN reading AS r ON r.window_start <= s.span_start AND r.window_end >= s.span_end
    GROUP BY ALL
)

SELECT
    count(*)::INTEGER AS late,
    coalesce(
        quantile_cont((epoch(c.first_seen_at) - epoch(c.requested_datetime)) / 86400, 0.99), 0
    )::DOUBLE AS days
FROM service_requests AS c
ASOF INNER JOIN first_read AS f ON c.requested_datetime >= f.span_start
WHERE
    c.source = $source AND c.requested_datetime >= $since AND c.requested_datetime < f.span_end
    AND c.first_seen_at > f.read_at;
