-- what:     readings whose entries are not all accounted for
-- grain:    one row per such reading
-- reads:    etl.windows
-- writes:   nothing
-- severity: error
-- when:     each pull
-- do:       the reading is named: read its window again with pull --start --end; if it comes back, report it
SELECT source, reading_id, window_start, window_end, records,
    new + changed + unchanged + stale + repeated + pending + quarantined AS accounted_for
FROM etl.windows
WHERE
    source = coalesce($source, source) AND kind <> 'catalog'
    AND records <> new + changed + unchanged + stale + repeated + pending + quarantined;
