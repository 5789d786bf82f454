-- what:   whether far more of the newest entries have no id (Q-ID-1)
-- grain:  at most one row
-- reads:  etl.windows, etl.runs, contract_since
-- writes: nothing
WITH newest AS (
    SELECT w.run_id = $run_id AS fresh, w.pending, w.records
    FROM etl.windows AS w
    INNER JOIN etl.runs AS r ON r.run_id = w.run_id
    WHERE
        w.source = $source AND w.kind = 'window' AND w.window_end > r.as_of - INTERVAL 2 DAY
        AND (
            w.run_id = $run_id OR w.ended_at >= (
                SELECT coalesce(max(changed_at), '-infinity')
                FROM contract_since WHERE trait = 'pending entries'
            )
        )
),

share AS (
    SELECT
        sum(records) FILTER (fresh) AS n, sum(records) FILTER (NOT fresh) AS n_before,
        sum(pending) FILTER (fresh) / nullif(n, 0) AS now,
        sum(pending) FILTER (NOT fresh) / nullif(n_before, 0) AS was
    FROM newest
)

SELECT
    'pending entries' AS trait, printf('%.0f %%', 100 * was) AS was,
    printf('%.0f %%', 100 * now) AS now, 'warning' AS severity,
    printf(
        '%.0f %% of %d entries of the last two days have no id, before %.0f %%',
        100 * now, n::BIGINT, 100 * was
    ) AS message
FROM share
WHERE n >= 50 AND n_before >= 50 AND now - was > 0.2;
