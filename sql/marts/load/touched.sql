-- what:   the requests of a source that the marts have to look at again
-- grain:  one row per request
-- reads:  service_requests, etl.pages, marts.readings, marts.fact_service_requests
-- writes: temp table touched
-- A request was touched where the page that last showed it belongs to a reading that the marts have
-- not taken in; no clock is compared with another one.
CREATE OR REPLACE TEMP TABLE touched AS
WITH shown AS (
    SELECT DISTINCT p.fetched_at
    FROM etl.pages AS p
    ANTI JOIN marts.readings AS r ON r.reading_id = p.reading_id
    WHERE p.source = $source AND NOT $whole
)

SELECT r.service_request_id
FROM service_requests AS r
SEMI JOIN shown AS s ON s.fetched_at = r.last_seen_at
WHERE r.source = $source
UNION
SELECT service_request_id FROM service_requests WHERE source = $source AND $whole
UNION
SELECT r.service_request_id
FROM service_requests AS r
LEFT JOIN marts.fact_service_requests AS f
    ON f.source = r.source AND f.service_request_id = r.service_request_id
WHERE r.source = $source AND r.gone_at IS NOT NULL AND f.gone_at IS DISTINCT FROM r.gone_at;
