-- what:   finds again, for what changed, the closings after which the same spot failed again
-- grain:  one row per request whose first closing was followed so
-- reads:  changed, marts.fact_service_requests
-- writes: marts.repeats
-- A grid of 55 m: all that is within 55 m of a point lies in its row or one beside it, in the columns
-- that 55 m to both sides touch.
CREATE OR REPLACE TEMP TABLE closings_due AS
WITH near AS (
    SELECT
        f.service_code, f.requested_datetime, f.lat, f.long,
        unnest(spots_around(f.lat, f.long)) AS spot
    FROM marts.fact_service_requests AS f
    SEMI JOIN changed AS c ON c.service_request_id = f.service_request_id
    WHERE f.source = $source AND f.is_counted AND f.lat IS NOT NULL AND NOT $whole
)

SELECT f.service_request_id
FROM marts.fact_service_requests AS f
INNER JOIN near AS n
    ON n.service_code = f.service_code AND n.spot = spot(f.lat, f.long)
    AND epoch_us(n.requested_datetime) - epoch_us(f.closed_datetime) BETWEEN 0 AND 30 * 86400e6
WHERE f.source = $source AND f.is_counted AND f.closed_datetime IS NOT NULL AND f.lat IS NOT NULL
UNION
SELECT service_request_id FROM changed
UNION
SELECT r.service_request_id
FROM marts.repeats AS r
SEMI JOIN changed AS c ON c.service_request_id = r.again_service_request_id
WHERE r.source = $source;

DELETE FROM marts.repeats AS r
USING closings_due AS d
WHERE r.source = $source AND r.service_request_id = d.service_request_id;

INSERT INTO marts.repeats BY NAME
WITH closing AS (
    SELECT
        f.service_request_id, f.service_code, f.closed_datetime, f.lat, f.long,
        unnest(spots_around(f.lat, f.long)) AS spot
    FROM marts.fact_service_requests AS f
    SEMI JOIN closings_due AS d ON d.service_request_id = f.service_request_id
    WHERE
        f.source = $source AND f.is_counted AND f.lat IS NOT NULL AND f.days_to_close IS NOT NULL
),

pair AS (
    SELECT
        c.service_request_id, f.service_request_id AS again_service_request_id,
        (epoch_us(f.requested_datetime) - epoch_us(c.closed_datetime)) / 86400e6 AS days,
        metres(c.lat, c.long, f.lat, f.long) AS metres
    FROM closing AS c
    INNER JOIN marts.fact_service_requests AS f
        ON f.service_code = c.service_code AND spot(f.lat, f.long) = c.spot
        AND epoch_us(f.requested_datetime) - epoch_us(c.closed_datetime)
        BETWEEN 0 AND 30 * 86400e6
    WHERE
        f.source = $source AND f.is_counted AND f.lat IS NOT NULL
        AND f.service_request_id <> c.service_request_id
)

SELECT
    $source AS source, service_request_id,
    arg_min(again_service_request_id, (days, again_service_request_id)) AS again_service_request_id,
    min(days) AS days,
    arg_min(metres, (days, again_service_request_id)) AS metres
FROM pair
WHERE metres <= 55
GROUP BY service_request_id;
