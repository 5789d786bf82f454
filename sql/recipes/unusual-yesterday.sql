-- what:   What was unusual on the last whole day?
-- topic:  volume
-- counts: each service's requests of that day against the mean of the same weekday in the 8 weeks
--         before; z is the distance in square roots of the mean
-- trap:   services with few requests jump by chance, so 5 are needed; holidays are no anomaly
-- grain:  one row per source and service
-- reads:  marts.fact_service_requests, marts.as_of
WITH counted AS (
    SELECT
        f.source, f.service_name,
        count(*) FILTER (f.requested_date = a.last_whole_day) AS requests,
        count(*) FILTER (
            f.requested_date < a.last_whole_day
            AND (a.last_whole_day - f.requested_date) % 7 = 0
        ) / 8.0 AS usual
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE
        f.is_counted
        AND f.requested_date >= a.last_whole_day - 56
        AND f.requested_date <= a.last_whole_day
    GROUP BY f.source, f.service_code, f.service_name
)

SELECT
    source, service_name, requests, round(usual, 2) AS usual,
    round((requests - usual) / sqrt(greatest(usual, 1)), 1) AS z
FROM counted
WHERE requests >= 5 OR usual >= 5
ORDER BY abs((requests - usual) / sqrt(greatest(usual, 1))) DESC, source, service_name
LIMIT 20;
