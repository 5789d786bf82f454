-- what:   landed bodies that may go: old ones that no row came from
-- grain:  one row per body
-- reads:  etl.pages, etl.windows, etl.quarantine, service_requests, service_request_versions
-- writes: nothing
SELECT p.sha256
FROM etl.pages AS p
INNER JOIN etl.windows AS w ON w.reading_id = p.reading_id
WHERE p.source = $source
GROUP BY p.sha256
HAVING
    max(w.ended_at) < $since
    -- An entry without an id is known by its reading alone; services come from the catalog's.
    AND sum(w.pending) = 0
    AND bool_and(w.kind = 'window')
    AND p.sha256 NOT IN (SELECT page_sha256 FROM service_requests WHERE source = $source)
    AND p.sha256 NOT IN (SELECT page_sha256 FROM service_request_versions WHERE source = $source)
    AND p.sha256 NOT IN (SELECT page_sha256 FROM etl.quarantine WHERE source = $source)
ORDER BY p.sha256;
