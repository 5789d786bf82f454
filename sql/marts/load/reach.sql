-- what:   from when on closings are looked for that something follows now, and requests that follow
-- grain:  one row, in microseconds since 1970; null where there is nothing to look for
-- reads:  arrived, departed, reclosed, marts.repeats
-- writes: nothing
WITH closing AS (
    SELECT epoch_us(min(requested_datetime)) - 30 * 86400000000 AS first FROM arrived
)

SELECT
    c.first AS closed_from,
    least(
        c.first,
        (SELECT epoch_us(min(closed_datetime)) FROM reclosed WHERE is_new),
        (
            SELECT epoch_us(min(r.closed_datetime))
            FROM marts.repeats AS r
            SEMI JOIN departed AS d ON d.service_request_id = r.again_service_request_id
            WHERE r.source = $source
        )
    ) AS requested_from
FROM closing AS c;
