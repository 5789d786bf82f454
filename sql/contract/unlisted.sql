-- what:   whether far more new requests have a code that the services list does not hold (Q-SVC-1)
-- grain:  at most one row
-- reads:  contract_rows, contract_since, services
-- writes: nothing
WITH coded AS (
    SELECT r.fresh, coalesce(NOT s.listed, true) AS unlisted
    FROM contract_rows AS r
    LEFT JOIN services AS s ON s.source = $source AND s.service_code = r.service_code
    WHERE
        r.service_code IS NOT NULL
        AND (
            r.fresh OR r.first_seen_at >= (
                SELECT coalesce(max(changed_at), '-infinity')
                FROM contract_since WHERE trait = 'unlisted codes'
            )
        )
),

share AS (
    SELECT
        count(*) FILTER (fresh) AS n, count(*) FILTER (NOT fresh) AS n_before,
        count(*) FILTER (fresh AND unlisted) / nullif(n, 0) AS now,
        count(*) FILTER (NOT fresh AND unlisted) / nullif(n_before, 0) AS was
    FROM coded
)

SELECT
    'unlisted codes' AS trait, printf('%.0f %%', 100 * was) AS was,
    printf('%.0f %%', 100 * now) AS now, 'warning' AS severity,
    printf(
        '%.0f %% of %d new requests have a code that services does not list, before %.0f %%',
        100 * now, n, 100 * was
    ) AS message
FROM share
WHERE n >= 50 AND n_before >= 50 AND now - was > 0.25;
