-- what:   what a source is known to lack
-- grain:  one row per span
-- reads:  etl.debt
-- writes: nothing
SELECT kind, span_start, span_end, entries, since, tries, next_try_at, reason
FROM etl.debt
WHERE source = $source AND (kind <> 'pending' OR span_end >= $settled_before)
ORDER BY span_start, kind;
