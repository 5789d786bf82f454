-- what:   finds again, for what changed, the closings after which the same spot failed again
-- grain:  one row per request whose first closing was followed so
-- reads:  arrived, departed, reclosed, marts.fact_service_requests
-- writes: marts.repeats
CREATE OR REPLACE TEMP TABLE closings_due AS
WITH near AS (
    SELECT service_code, requested_datetime, unnest(spots_around(lat, long)) AS spot FROM arrived
)

SELECT service_request_id, service_code, closed_datetime, lat, long FROM reclosed WHERE is_new
UNION ALL
SELECT DISTINCT f.service_request_id, f.service_code, f.closed_datetime, f.lat, f.long
FROM marts.fact_service_requests AS f
INNER JOIN near AS n
    ON n.spot = f.spot AND n.service_code = f.service_code
    AND epoch_us(n.requested_datetime) - epoch_us(f.closed_datetime) BETWEEN 0 AND 30 * 86400e6
ANTI JOIN reclosed AS c ON c.service_request_id = f.service_request_id
WHERE
    f.source = $source AND f.closed_datetime >= make_timestamptz($closed_from) AND f.is_counted
    AND f.days_to_close IS NOT NULL
UNION
SELECT r.service_request_id, r.service_code, r.closed_datetime, r.lat, r.long
FROM marts.repeats AS r
SEMI JOIN departed AS d ON d.service_request_id = r.again_service_request_id
ANTI JOIN reclosed AS c ON c.service_request_id = r.service_request_id
WHERE r.source = $source;

DELETE FROM marts.repeats AS r
WHERE
    r.source = $source
    AND r.service_request_id IN (
        SELECT service_request_id FROM closings_due
        UNION ALL
        SELECT service_request_id FROM reclosed
    );

INSERT INTO marts.repeats BY NAME
WITH closing AS (
    SELECT *, unnest(spots_around(lat, long)) AS spot FROM closings_due
),

pair AS (
    SELECT
        c.* EXCLUDE (spot), f.service_request_id AS again_service_request_id,
        (epoch_us(f.requested_datetime) - epoch_us(c.closed_datetime)) / 86400e6 AS days,
        metres(c.lat, c.long, f.lat, f.long) AS metres
    FROM closing AS c
    INNER JOIN marts.fact_service_requests AS f
        ON f.spot = c.spot AND f.service_code = c.service_code
        AND epoch_us(f.requested_datetime) - epoch_us(c.closed_datetime)
        BETWEEN 0 AND 30 * 86400e6
    WHERE
        f.source = $source AND f.requested_datetime >= make_timestamptz($requested_from) AND f.is_counted
        AND f.service_request_id <> c.service_request_id
)

SELECT
    $source AS source, service_request_id,
    arg_min(again_service_request_id, (days, again_service_request_id)) AS again_service_request_id,
    min(days) AS days,
    arg_min(metres, (days, again_service_request_id)) AS metres,
    any_value(service_code) AS service_code, any_value(closed_datetime) AS closed_datetime,
    timezone($zone, any_value(closed_datetime))::DATE AS closed_date,
    any_value(lat) AS lat, any_value(long) AS long
FROM pair
WHERE metres <= 55
GROUP BY service_request_id;
