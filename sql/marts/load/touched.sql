-- what:   the requests of a source that the marts have to look at again
-- grain:  one row per request
-- reads:  service_requests, services, etl.pages, marts.readings, marts.labels, marts.fact_service_requests
-- writes: temp table touched
-- A request was touched where the page that last changed it belongs to a reading that the marts have
-- not taken in (no clock is compared with another one), where it is gone, and where the catalog calls
-- its service otherwise. Who was only seen again is as the marts have it.
CREATE OR REPLACE TEMP TABLE touched AS
WITH shown AS (
    SELECT DISTINCT p.fetched_at
    FROM etl.pages AS p
    ANTI JOIN marts.readings AS r ON r.reading_id = p.reading_id
    WHERE p.source = $source AND NOT $whole
),

called AS (
    SELECT service_code, service_name, service_group FROM services WHERE source = $source
),

labelled AS (
    SELECT service_code, service_name, service_group FROM marts.labels WHERE source = $source
),

renamed AS (
    SELECT service_code FROM ((FROM called EXCEPT FROM labelled) UNION (FROM labelled EXCEPT FROM called))
    WHERE NOT $whole
),

due AS (
    SELECT r.rowid AS request
    FROM service_requests AS r
    SEMI JOIN shown AS s ON s.fetched_at = r.last_changed_at
    WHERE r.source = $source
    UNION
    SELECT r.rowid
    FROM service_requests AS r
    ANTI JOIN marts.fact_service_requests AS f
        ON f.source = r.source AND f.service_request_id = r.service_request_id
        AND f.is_gone AND f.gone_at = r.gone_at
    WHERE r.source = $source AND r.gone_at IS NOT NULL AND NOT $whole
    UNION
    SELECT r.rowid
    FROM service_requests AS r
    SEMI JOIN renamed AS n ON n.service_code = r.service_code
    WHERE r.source = $source
)

SELECT
    r.rowid AS request, r.service_request_id, r.requested_datetime, r.gone_at,
    ended(r.status) AS is_closed,
    coalesce(r.updated_datetime, r.first_seen_at) AS state_datetime,
    r.first_seen_at IN (SELECT fetched_at FROM shown) AS is_new,
    -- What its notes and its newest version were seen at, or before.
    CASE WHEN r.gone_at IS NULL THEN r.last_changed_at ELSE r.first_seen_at END AS told_at
FROM service_requests AS r
WHERE r.source = $source AND ($whole OR r.rowid IN (SELECT request FROM due));
