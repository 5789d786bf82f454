-- what:   What does each ward report, and how much of it is open?
-- topic:  place
-- counts: requests by ward; those without a ward are a group of their own
-- trap:   more requests mean more reporting, not more need; wards are redrawn now and then
-- grain:  one row per source and ward
-- reads:  marts.fact_service_requests
SELECT
    source, coalesce(ward, 'none') AS ward,
    count(*) AS requests,
    count(*) FILTER (is_open) AS open_requests,
    round(100.0 * count(*) FILTER (is_open) / count(*), 1) AS percent_open
FROM marts.fact_service_requests
WHERE is_counted
GROUP BY ALL
ORDER BY source, requests DESC, ward;
