-- what:   times of requests that were denied by id and whose window was not read since they were seen
-- grain:  one row per bucket of requested_datetime
-- reads:  etl.denials, service_requests
-- writes: nothing
-- A reading that lacks them would have made them gone (sql/load/gone.sql).
SELECT (epoch_us(c.requested_datetime) // $width)::BIGINT AS bucket, count(*)::INTEGER AS denied
FROM etl.denials AS d
INNER JOIN service_requests AS c
    ON c.source = d.source AND c.service_request_id = d.service_request_id
WHERE
    d.source = $source AND c.gone_at IS NULL AND d.denied_at > c.last_seen_at
    AND d.denied_at >= $now AND c.requested_datetime IS NOT NULL
GROUP BY ALL
ORDER BY denied DESC, bucket;
