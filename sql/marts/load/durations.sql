-- what:   adds what moved to the counts of how long requests took
-- grain:  one row per source, month of the request, service and age
-- reads:  moved
-- writes: marts.durations
MERGE INTO marts.durations AS d
USING (
    SELECT
        $source AS source, requested_month, service_code,
        floor(greatest(coalesce(
            days_to_close, (epoch_us(gone_at) - epoch_us(requested_datetime)) / 86400e6
        ), 0))::INTEGER AS age_days,
        coalesce(sum(sign) FILTER (days_to_close IS NOT NULL), 0) AS n_closed,
        coalesce(sum(sign) FILTER (days_to_close IS NULL), 0) AS n_gone
    FROM moved
    WHERE
        is_counted AND requested_month IS NOT NULL
        AND (days_to_close IS NOT NULL OR (closed_datetime IS NULL AND is_gone))
    GROUP BY ALL
    HAVING NOT (
        coalesce(sum(sign) FILTER (days_to_close IS NOT NULL), 0) = 0
        AND coalesce(sum(sign) FILTER (days_to_close IS NULL), 0) = 0
    )
) AS m
ON
    m.source = d.source AND m.requested_month = d.requested_month
    AND m.service_code = d.service_code AND m.age_days = d.age_days
WHEN MATCHED THEN UPDATE SET n_closed = d.n_closed + m.n_closed, n_gone = d.n_gone + m.n_gone
WHEN NOT MATCHED THEN INSERT BY NAME;

DELETE FROM marts.durations WHERE n_closed = 0 AND n_gone = 0;
