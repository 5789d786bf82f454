-- what:   replaces the touched requests
-- grain:  one row per touched request
-- reads:  fresh, touched, fresh_spells
-- writes: marts.fact_service_requests, temp table facts_before
CREATE OR REPLACE TEMP TABLE facts_before AS
SELECT f.*
FROM marts.fact_service_requests AS f
SEMI JOIN touched AS t ON t.service_request_id = f.service_request_id
WHERE f.source = $source;

DELETE FROM marts.fact_service_requests AS f
USING touched AS t
WHERE f.source = $source AND f.service_request_id = t.service_request_id;

INSERT INTO marts.fact_service_requests BY NAME
WITH spelled AS (
    SELECT
        service_request_id,
        max(spell) - 1 AS reopened_count,
        max(ended_datetime) FILTER (ended_by = 'closed') AS last_closed_datetime
    FROM fresh_spells
    GROUP BY ALL
)

SELECT
    f.* EXCLUDE (requested_local),
    f.requested_local::DATE AS requested_date,
    date_trunc('month', f.requested_local)::DATE AS requested_month,
    hour(f.requested_local)::INTEGER AS requested_hour,
    s.reopened_count,
    CASE WHEN f.is_closed THEN s.last_closed_datetime END AS last_closed_datetime,
    NOT f.is_duplicate AND NOT f.is_info_only AS is_counted
FROM fresh AS f
INNER JOIN spelled AS s ON s.service_request_id = f.service_request_id
-- In the order of time, queries over some days skip the rest.
ORDER BY f.requested_datetime;
