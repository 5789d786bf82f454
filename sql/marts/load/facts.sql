-- what:   replaces the touched requests
-- grain:  one row per touched request
-- reads:  fresh, touched, marts.open_spells
-- writes: marts.fact_service_requests
DELETE FROM marts.fact_service_requests AS f
USING touched AS t
WHERE f.source = $source AND f.service_request_id = t.service_request_id;

INSERT INTO marts.fact_service_requests BY NAME
WITH spelled AS (
    SELECT
        s.service_request_id,
        max(s.spell) - 1 AS reopened_count,
        max(s.ended_datetime) FILTER (s.ended_by = 'closed') AS last_closed_datetime
    FROM marts.open_spells AS s
    SEMI JOIN touched AS t ON t.service_request_id = s.service_request_id
    WHERE s.source = $source
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
