-- what:   where tables contradict one another or the ledger
-- grain:  one row per kind of contradiction
-- reads:  service_requests, service_request_versions, etl.windows, etl.pages, etl.quarantine
-- writes: nothing
WITH found AS (
    SELECT 'requests stand twice' AS what, count(*) - count(DISTINCT (source, service_request_id)) AS n
    FROM service_requests
    UNION ALL
    SELECT 'requests have no current version', count(*)
    FROM service_requests AS r
    ANTI JOIN service_request_versions AS v
        ON v.source = r.source AND v.service_request_id = r.service_request_id AND v.is_current
    UNION ALL
    SELECT 'current versions have no request', count(*)
    FROM service_request_versions AS v
    ANTI JOIN service_requests AS r
        ON r.source = v.source AND r.service_request_id = v.service_request_id
    WHERE v.is_current
    UNION ALL
    SELECT 'requests came from pages that no reading has', count(*)
    FROM service_requests AS r
    ANTI JOIN etl.pages AS p ON p.source = r.source AND p.sha256 = r.page_sha256
    UNION ALL
    SELECT 'readings do not account for all their entries', count(*)
    FROM etl.windows
    WHERE
        kind <> 'catalog'
        AND records <> new + changed + unchanged + stale + repeated + pending + quarantined
    UNION ALL
    SELECT 'stored requests are fewer than the ledger says', greatest(0, w.new - r.n)
    FROM (SELECT sum(new) AS new FROM etl.windows) AS w, (SELECT count(*) AS n FROM service_requests) AS r
)

SELECT n::VARCHAR || ' ' || what AS problem FROM found WHERE n > 0;
