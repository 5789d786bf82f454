-- what:   whether updated_after brings rows that were not updated then, though it worked before
-- grain:  at most one row
-- reads:  etl.windows, etl.pages, contract_since
-- writes: nothing
WITH asked AS (
    SELECT
        run_id = $run_id AS fresh, verdict = 'suspect' AND contains(reason, 'outside') AS strayed
    FROM etl.windows AS w
    WHERE
        w.source = $source AND w.kind = 'follow' AND w.records > 0
        AND (
            w.run_id = $run_id OR w.ended_at >= (
                SELECT coalesce(max(changed_at), '-infinity')
                FROM contract_since WHERE trait = 'updated filter'
            )
        )
),

counted AS (
    SELECT
        count(*) FILTER (fresh) AS n, count(*) FILTER (fresh AND strayed) AS strayed,
        count(*) FILTER (NOT fresh AND NOT strayed) AS kept
    FROM asked
)

SELECT
    'updated filter' AS trait, 'works' AS was, 'ignored' AS now, 'warning' AS severity,
    printf('%d of %d lists by updated_after held rows of another time; it worked before', strayed, n)
        AS message
FROM counted
WHERE n > 0 AND strayed >= 0.5 * n AND kept > 0;
