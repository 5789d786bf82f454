-- what:   How long does it take until a request is closed?
-- topic:  speed
-- counts: median days by Kaplan-Meier for each service with 20 requests or more: open ones count for
--         as long as they have waited; null where not even half are closed
-- trap:   the median of closed requests alone (closed_only, for warning) is too short, since the slow
--         ones are still open
-- grain:  one row per source and service
-- reads:  marts.fact_service_requests, marts.as_of
WITH waited AS (
    SELECT
        f.source, f.service_name, f.is_closed AND f.days_to_close IS NOT NULL AS closed,
        coalesce(f.days_to_close, (epoch(coalesce(f.gone_at, a.as_of)) - epoch(f.requested_datetime)) / 86400)
            AS days
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE
        f.is_counted AND f.requested_datetime <= a.as_of
        AND (f.days_to_close IS NOT NULL OR NOT f.is_closed)
),

moment AS (
    SELECT
        source, service_name, days,
        count(*) FILTER (closed) AS closings,
        sum(count(*)) OVER (
            PARTITION BY source, service_name ORDER BY days DESC
        ) AS waiting
    FROM waited
    GROUP BY source, service_name, days
),

curve AS (
    SELECT
        source, service_name, days,
        exp(sum(CASE WHEN closings < waiting THEN ln(1 - closings / waiting) ELSE -1000 END) OVER (
            PARTITION BY source, service_name ORDER BY days
        )) AS still_open
    FROM moment
    WHERE closings > 0
)

SELECT
    w.source, w.service_name,
    count(*) AS requests,
    count(*) FILTER (w.closed) AS closed,
    round(any_value(c.days), 2) AS median_days,
    round(median(w.days) FILTER (w.closed), 2) AS closed_only
FROM waited AS w
LEFT JOIN (
    SELECT source, service_name, min(days) AS days
    FROM curve
    WHERE still_open <= 0.5 + 1e-9
    GROUP BY source, service_name
) AS c ON c.source = w.source AND c.service_name = w.service_name
GROUP BY w.source, w.service_name
HAVING count(*) >= 20
ORDER BY median_days DESC NULLS FIRST, w.source, w.service_name;
