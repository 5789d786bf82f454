-- what:   how many requests are due in each window's width of time, and how many there are
-- grain:  one row per bucket of requested_datetime that holds who is due
-- reads:  due, service_requests
-- writes: nothing
WITH held AS (
    SELECT (epoch_us(requested_datetime) // $width)::BIGINT AS bucket, count(*) AS rows
    FROM service_requests
    WHERE source = $source AND gone_at IS NULL
    GROUP BY ALL
)

SELECT
    d.bucket, count(*)::INTEGER AS due, max(d.pressure) AS pressure,
    coalesce(any_value(h.rows), count(*))::INTEGER AS rows
FROM due AS d
LEFT JOIN held AS h ON h.bucket = d.bucket
GROUP BY d.bucket
ORDER BY pressure DESC, d.bucket;
