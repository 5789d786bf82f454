-- what:     versions of a request that overlap, leave a gap, or end without being replaced
-- grain:    one row per such version
-- reads:    service_request_versions
-- writes:   nothing
-- severity: error
-- when:     asked
-- do:       keep the file aside and rebuild the warehouse from landing; if it comes back, report it
SELECT source, service_request_id, valid_from, valid_to, next_from, is_current
FROM (
    SELECT
        source, service_request_id, valid_from, valid_to, is_current,
        lead(valid_from) OVER (PARTITION BY source, service_request_id ORDER BY valid_from)
            AS next_from
    FROM service_request_versions
    WHERE source = coalesce($source, source)
)
WHERE
    valid_to IS DISTINCT FROM next_from
    OR valid_to <= valid_from
    OR is_current IS DISTINCT FROM (valid_to IS NULL);
