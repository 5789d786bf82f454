-- what:     requests without exactly one current version
-- grain:    one row per such request
-- reads:    service_requests, service_request_versions
-- writes:   nothing
-- severity: error
-- when:     asked
-- do:       keep the file aside and rebuild the warehouse from landing; if it comes back, report it
WITH version AS (
    SELECT source, service_request_id, count(*) AS versions
    FROM service_request_versions
    WHERE is_current
    GROUP BY ALL
)

SELECT source, service_request_id, coalesce(v.versions, 0) AS versions
FROM service_requests AS r
FULL JOIN version AS v USING (source, service_request_id)
WHERE
    source = coalesce($source, source)
    AND (r.service_request_id IS NULL OR v.versions IS DISTINCT FROM 1);
