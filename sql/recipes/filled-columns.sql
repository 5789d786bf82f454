-- what:   Which fields does a city fill?
-- topic:  trust
-- counts: percent of requests that have a value, by column
-- trap:   a filled field can be a default: the city hall as place, the service's name as description
-- grain:  one row per source
-- reads:  service_requests, marts.fact_service_requests
SELECT
    r.source, count(*) AS requests,
    round(100.0 * count(r.lat) / count(*), 1) AS coordinates,
    round(100.0 * count(r.address) / count(*), 1) AS address,
    round(100.0 * count(f.ward) / count(*), 1) AS ward,
    round(100.0 * count(f.channel) / count(*), 1) AS channel,
    round(100.0 * count(r.expected_datetime) / count(*), 1) AS expected_datetime,
    round(100.0 * count(r.description) / count(*), 1) AS description,
    round(100.0 * count(r.media_url) / count(*), 1) AS media_url
FROM service_requests AS r
INNER JOIN marts.fact_service_requests AS f
    ON f.source = r.source AND f.service_request_id = r.service_request_id
GROUP BY r.source
ORDER BY r.source;
