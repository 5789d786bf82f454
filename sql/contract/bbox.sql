-- what:   whether far more new requests lie outside the profile's box (Q-GEO-4)
-- grain:  at most one row
-- reads:  contract_rows, contract_since
-- writes: nothing
WITH placed AS (
    SELECT
        fresh,
        NOT (long BETWEEN $west AND $east AND lat BETWEEN $south AND $north) AS outside
    FROM contract_rows
    WHERE
        lat IS NOT NULL AND long IS NOT NULL
        AND (
            fresh OR first_seen_at >= (
                SELECT coalesce(max(changed_at), '-infinity')
                FROM contract_since WHERE trait = 'coordinates'
            )
        )
),

share AS (
    SELECT
        count(*) FILTER (fresh) AS n, count(*) FILTER (NOT fresh) AS n_before,
        count(*) FILTER (fresh AND outside) / nullif(n, 0) AS now,
        coalesce(count(*) FILTER (NOT fresh AND outside) / nullif(n_before, 0), 0) AS was,
        count(*) FILTER (outside) / count(*) AS p,
        -- Four standard errors of a difference of two shares: chance alone does not get there.
        4 * sqrt(p * (1 - p) * (1 / n + coalesce(1 / nullif(n_before, 0), 0))) AS chance
    FROM placed
)

SELECT
    'coordinates' AS trait, printf('%.0f %% outside', 100 * was) AS was,
    printf('%.0f %% outside', 100 * now) AS now, 'warning' AS severity,
    printf(
        '%.0f %% of %d new requests lie outside the profile''s bbox, before %.0f %%',
        100 * now, n, 100 * was
    ) AS message
FROM share
WHERE n >= 50 AND now - was > greatest(0.05, chance);
