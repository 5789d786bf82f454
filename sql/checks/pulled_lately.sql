-- what:     sources that were not pulled to the end for two days
-- grain:    one row per source
-- reads:    marts.as_of
-- writes:   nothing
-- severity: warning
-- when:     asked
-- do:       see "open311-etl status" for why, and whether the schedule runs
SELECT source, as_of
FROM marts.as_of
WHERE
    source = coalesce($source, source)
    AND epoch_us(as_of) < epoch_us($now::TIMESTAMPTZ) - 2 * 86400e6;
