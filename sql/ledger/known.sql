-- what:   what earlier readings prove of a server's ways
-- grain:  one row
-- reads:  etl.windows, etl.pages
-- writes: nothing
SELECT
    coalesce(max(ids + pending) FILTER (verdict IN ('proven', 'provisional')), 0)::BIGINT AS uncapped
FROM etl.windows
WHERE source = $source AND kind = 'window' AND service_code IS NULL;
