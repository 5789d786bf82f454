-- what:   a form of ids that new requests have and earlier ones had not (Q-ID-5)
-- grain:  at most one row
-- reads:  contract_rows, contract_since
-- writes: nothing
-- Runs of digits count as one, so that a longer number is no new form; hex and UUIDs have names.
WITH formed AS (
    SELECT
        fresh,
        CASE
            WHEN regexp_full_match(service_request_id, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')
                THEN 'UUID'
            WHEN regexp_full_match(service_request_id, '[0-9a-fA-F]{16,}')
                AND regexp_matches(service_request_id, '[a-fA-F]') THEN 'hex'
            ELSE regexp_replace(
                regexp_replace(
                    regexp_replace(service_request_id, '[A-Z]', 'A', 'g'), '[a-z]', 'a', 'g'
                ), '[0-9]+', '9', 'g'
            )
        END AS form,
        regexp_replace(
            regexp_replace(
                regexp_replace(service_request_id, '[A-Z]', 'A', 'g'), '[a-z]', 'a', 'g'
            ), '[0-9]', '9', 'g'
        ) AS shape
    FROM contract_rows
    WHERE
        fresh OR first_seen_at >= (
            SELECT coalesce(max(changed_at), '-infinity') FROM contract_since WHERE trait = 'id form'
        )
),

counted AS (
    SELECT
        form,
        count(*) FILTER (fresh) AS n, mode(shape) FILTER (fresh) AS shape,
        count(*) FILTER (NOT fresh) AS n_before
    FROM formed
    GROUP BY form
),

total AS (
    SELECT
        sum(n) AS n, sum(n_before) AS n_before,
        (SELECT mode(shape) FROM formed WHERE NOT fresh) AS shape_before
    FROM counted
)

SELECT
    'id form' AS trait, t.shape_before AS was, c.shape AS now, 'warning' AS severity,
    printf('%d of %d new ids look like %s, earlier ones like %s', c.n, t.n::BIGINT, c.shape, t.shape_before)
        AS message
FROM counted AS c
CROSS JOIN total AS t
WHERE
    t.n >= 20 AND t.n_before >= 20 AND c.n >= 0.5 * t.n AND c.n_before < 0.01 * t.n_before
ORDER BY c.n DESC
LIMIT 1;
