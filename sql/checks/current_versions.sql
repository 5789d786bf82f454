-- what:     sources whose requests are not as many as their current versions
-- grain:    one row per source
-- reads:    service_requests, service_request_versions
-- writes:   nothing
-- severity: error
-- when:     each pull
-- do:       run "open311-etl check" in full, which names the requests
WITH request AS (
    SELECT source, count(*) AS requests FROM service_requests GROUP BY source
),

version AS (
    SELECT source, count(*) AS versions FROM service_request_versions WHERE is_current GROUP BY source
)

SELECT source, coalesce(r.requests, 0) AS requests, coalesce(v.versions, 0) AS versions
FROM request AS r
FULL JOIN version AS v USING (source)
WHERE source = coalesce($source, source) AND r.requests IS DISTINCT FROM v.versions;
