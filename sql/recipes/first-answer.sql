-- what:   How many hear something within a day?
-- topic:  speed
-- counts: requests that are a day old, with a first note, change of notes or agency, or closing within
--         24 hours, by group of services
-- trap:   GeoReport has no field for it; without notes an answer is seen only when a pull comes by, and
--         an automatic acknowledgement counts as one
-- grain:  one row per source and group
-- reads:  marts.fact_service_requests, marts.as_of
SELECT
    f.source, f.service_group,
    count(*) AS requests,
    count(*) FILTER (
        epoch(f.first_response_datetime) - epoch(f.requested_datetime) <= 86400
    ) AS answered,
    round(100.0 * count(*) FILTER (
        epoch(f.first_response_datetime) - epoch(f.requested_datetime) <= 86400
    ) / count(*), 1) AS percent
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
WHERE f.is_counted AND f.requested_datetime <= a.as_of - INTERVAL 24 HOUR
GROUP BY f.source, f.service_group
ORDER BY f.source, percent DESC, f.service_group;
