-- what:   what earlier readings say of the ways to ask, and what they cost
-- grain:  one row
-- reads:  etl.windows, etl.pages, service_requests
-- writes: nothing
WITH read AS (
    SELECT * FROM etl.windows WHERE source = $source
),

page AS (
    SELECT max(p.records) AS rows
    FROM etl.pages AS p
    SEMI JOIN read AS r ON r.reading_id = p.reading_id AND r.kind = 'window'
),

-- A list of ids that lacked members which a single read showed: so many were asked and given.
short_list AS (
    SELECT arg_max(ids, ended_at) AS asked, arg_max(records, ended_at) AS given
    FROM read
    WHERE kind = 'ids' AND verdict = 'suspect' AND ended_at > $now - INTERVAL 30 DAY
)

SELECT
    coalesce(page.rows, 0)::INTEGER AS page_rows,
    coalesce(
        (SELECT sum(requests - pages)::DOUBLE / count(*) FROM read WHERE kind = 'window'), 1
    ) AS overhead,
    CASE
        WHEN s.given >= s.asked THEN 1  -- it gave what was not asked for
        WHEN s.given > 1 THEN s.given
        WHEN s.asked IS NOT NULL THEN s.asked // 5
    END::INTEGER AS list_most,
    coalesce((SELECT max(ids) FROM read WHERE kind = 'ids' AND verdict = 'proven'), 0)::INTEGER
        AS list_proven,
    coalesce(
        (SELECT arg_max(verdict, ended_at) <> 'suspect' FROM read
        WHERE kind = 'single' AND ended_at > $now - INTERVAL 7 DAY), true
    ) AS single_works,
    EXISTS (SELECT 1 FROM read WHERE kind = 'single' AND run_id = $run_id) AS sampled,
    (SELECT count(*) FROM read WHERE kind = 'single' AND verdict = 'proven')::INTEGER AS singles,
    (
        SELECT arg_max(service_request_id, last_seen_at) FROM service_requests
        WHERE source = $source AND gone_at IS NULL
    ) AS control
FROM page, short_list AS s;
