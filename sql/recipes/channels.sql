-- what:   How do people report?
-- topic:  people
-- counts: requests by channel and local month, with the share of the month
-- trap:   GeoReport has no channel, so many cities tell none: unknown is a group; crews report, too
-- grain:  one row per source, month and channel
-- reads:  marts.fact_service_requests
SELECT
    source, requested_month AS month, coalesce(channel, 'unknown') AS channel,
    count(*) AS requests,
    round(100.0 * count(*) / sum(count(*)) OVER (PARTITION BY source, requested_month), 1) AS percent
FROM marts.fact_service_requests
WHERE is_counted
GROUP BY source, requested_month, channel
ORDER BY source, month, requests DESC, channel;
