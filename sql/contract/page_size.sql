-- what:   the fullest page that another one followed, in this run and in those before it
-- grain:  at most one row
-- reads:  etl.pages, etl.windows, contract_since
-- writes: nothing
-- Only pages of the size asked for by the profile count: smaller ones are asked for around poison.
WITH sized AS (
    SELECT
        w.run_id, p.records, p.fetched_at,
        p.page_number < max(p.page_number) OVER (PARTITION BY p.reading_id) AS followed
    FROM etl.pages AS p
    INNER JOIN etl.windows AS w ON w.reading_id = p.reading_id
    WHERE
        w.source = $source AND w.kind <> 'catalog'
        AND regexp_extract(p.url, '[?&]' || $size_param || '=(\d+)', 1) = $size
),

fullest AS (
    SELECT
        max(records) FILTER (run_id = $run_id)::BIGINT AS now,
        count(*) FILTER (run_id = $run_id) AS pages,
        max(records) FILTER (run_id <> $run_id AND fetched_at >= since)::BIGINT AS was,
        count(*) FILTER (run_id <> $run_id AND fetched_at >= since) AS pages_before
    FROM sized
    CROSS JOIN (
        SELECT coalesce(max(changed_at), '-infinity') AS since
        FROM contract_since WHERE trait = 'page size'
    )
    WHERE followed
)

SELECT
    'page size' AS trait, was::VARCHAR AS was, now::VARCHAR AS now, 'warning' AS severity,
    printf('pages hold %d entries at most, no longer %d (%d asked for)', now, was, $size::INTEGER)
        AS message
FROM fullest
WHERE pages >= 3 AND pages_before >= 3 AND now < was;
