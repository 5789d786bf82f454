-- what:     times that cannot be: in the future, before 1990, closed or updated before requested
-- grain:    one row per source and fault
-- reads:    marts.fact_service_requests, marts.as_of
-- writes:   nothing
-- severity: warning
-- when:     each pull
-- do:       look at the examples; if all are off by whole hours, the profile's timezone or utc_is_local is wrong
WITH fault AS (
    SELECT
        f.source, f.service_request_id,
        CASE
            WHEN epoch_us(f.requested_datetime) > epoch_us(a.as_of) + 86400e6
                THEN 'requested more than a day after as_of'
            WHEN f.requested_date < DATE '1990-01-01' THEN 'requested before 1990'
            WHEN f.closed_datetime < f.requested_datetime THEN 'closed before requested'
            WHEN epoch_us(f.updated_datetime) < epoch_us(f.requested_datetime) - 60e6
                THEN 'updated before requested'
        END AS fault
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE f.source = coalesce($source, f.source)
)

SELECT source, fault, count(*) AS requests, min(service_request_id) AS example
FROM fault
WHERE fault IS NOT NULL
GROUP BY source, fault;
