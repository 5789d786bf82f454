-- what:   what is known to be missing
-- grain:  one row per span that is unread, suspect, blocked or has entries without an id
-- reads:  etl.debt
-- writes: nothing
SELECT
    kind, span_start, span_end, entries, since, tries, next_try_at, reason,
    count(*) OVER () AS in_all
FROM etl.debt
WHERE source = $source
ORDER BY CASE kind WHEN 'blocked' THEN 0 WHEN 'suspect' THEN 1 WHEN 'unread' THEN 2 ELSE 3 END, span_start DESC
LIMIT $most
