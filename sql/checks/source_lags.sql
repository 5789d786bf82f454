-- what:     sources whose newest request was three days old or more when they were pulled
-- grain:    one row per source
-- reads:    marts.freshness
-- writes:   nothing
-- severity: warning
-- when:     each pull
-- do:       the source's API lags behind the city, or its date filter hides the newest: compare with the city's own site
SELECT source, as_of, newest_requested, hours_behind
FROM marts.freshness
WHERE source = coalesce($source, source) AND (hours_behind >= 72 OR newest_requested IS NULL);
