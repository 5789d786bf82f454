-- what:   whether updated_after is ignored or refused, though it worked before or the profile says so
-- grain:  at most one row
-- reads:  etl.windows, contract_since
-- writes: nothing
WITH asked AS (
    SELECT
        run_id = $run_id AS fresh, records > 0 AS answered, verdict <> 'suspect' AS kept,
        verdict = 'suspect' AND records > 0 AND contains(reason, 'outside') AS strayed,
        verdict = 'suspect' AND records = 0 AND contains(reason, 'HTTP 4') AS refused
    FROM etl.windows
    WHERE
        source = $source AND kind = 'follow'
        AND (
            run_id = $run_id OR ended_at >= (
                SELECT coalesce(max(changed_at), '-infinity')
                FROM contract_since WHERE trait = 'updated filter'
            )
        )
),

counted AS (
    SELECT
        count(*) FILTER (fresh AND (answered OR refused)) AS n,
        count(*) FILTER (fresh AND strayed) AS strayed,
        count(*) FILTER (fresh AND refused) AS refused,
        count(*) FILTER (NOT fresh AND answered AND kept) AS kept,
        $declared AND (SELECT count(*) FROM contract_since WHERE trait = 'updated filter') = 0
            AS declared
    FROM asked
)

SELECT
    'updated filter' AS trait, 'works' AS was, if(strayed > 0, 'ignored', 'refused') AS now,
    'warning' AS severity,
    printf(
        '%d of %d lists by updated_after %s; %s', strayed + refused, n,
        if(strayed > 0, 'held rows of another time', 'were refused'),
        if(kept > 0, 'it worked before', 'the profile says that it works')
    ) AS message
FROM counted
WHERE n > 0 AND strayed + refused >= 0.5 * n AND (kept > 0 OR declared);
