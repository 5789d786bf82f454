-- what:   whether the marts fit the tables, and which SQL made them
-- grain:  one row
-- reads:  marts.build, marts.fact_service_requests, marts.as_of, service_requests, etl.pages, etl.sources
-- writes: nothing
-- Every request that the marts do not have yet is on a page of a reading that they have not taken
-- in; where that cannot be, or a source's zone is another, they are made anew.
WITH missing AS (
    SELECT count(*) AS readings
    FROM etl.pages AS p
    ANTI JOIN marts.readings AS r ON r.reading_id = p.reading_id
),

moved AS (
    SELECT count(*) AS zones
    FROM marts.as_of AS a
    INNER JOIN etl.sources AS s ON s.source = a.source
    WHERE s.timezone <> a.timezone
)

SELECT
    (SELECT max(fingerprint) FROM marts.build) AS fingerprint,
    (
        m.readings > 0
        OR (SELECT count(*) FROM marts.fact_service_requests)
        = (SELECT count(*) FROM service_requests)
    ) AND z.zones = 0 AS fits
FROM missing AS m
CROSS JOIN moved AS z;
