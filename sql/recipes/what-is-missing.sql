-- what:   What is known to be missing?
-- topic:  trust
-- counts: spans of time never read, suspect or blocked, and entries without an id, by kind
-- trap:   no row means that nothing is known to be missing, not that a city shows all it has
-- grain:  one row per source and kind
-- reads:  etl.debt
SELECT
    source, kind, count(*) AS spans, sum(entries)::BIGINT AS entries,
    min(span_start) AS first, max(span_end) AS last, any_value(reason) AS reason
FROM etl.debt
GROUP BY source, kind
ORDER BY source, kind;
