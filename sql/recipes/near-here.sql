-- what:   What was reported near a place? (change the coordinates)
-- topic:  place
-- counts: requests within 1000 m of a point, nearest first
-- trap:   many cities round coordinates, or give the middle of the street
-- grain:  one row per request
-- reads:  marts.fact_service_requests
WITH here AS (
    SELECT 39.75 AS lat, -89.65 AS long, 1000 AS metres
),

measured AS (
    SELECT
        f.source, f.service_request_id, f.service_name, f.status, f.requested_date, f.address,
        2 * 6371000 * asin(sqrt(
            pow(sin(radians(f.lat - h.lat) / 2), 2)
            + cos(radians(h.lat)) * cos(radians(f.lat)) * pow(sin(radians(f.long - h.long) / 2), 2)
        )) AS distance, h.metres
    FROM marts.fact_service_requests AS f
    CROSS JOIN here AS h
    WHERE f.lat IS NOT NULL AND f.long IS NOT NULL
)

SELECT * EXCLUDE (distance, metres), round(distance)::INTEGER AS metres
FROM measured
WHERE distance <= metres
ORDER BY distance, source, service_request_id;
