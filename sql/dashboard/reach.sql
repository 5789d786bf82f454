-- what:   the first day from which on the page can hold all requests, and what it leaves out then
-- grain:  one row
-- reads:  temporary view spell
-- writes: nothing
WITH ended AS (
    SELECT coalesce(ended_date, opened_date) + 1 AS day, count(*) AS spells
    FROM spell
    WHERE fate <> 'open'
    GROUP BY ALL
),

gone_by AS (
    -- Before this day, so many spells had ended: they have no part in what happened from then on.
    SELECT day, sum(spells) OVER (ORDER BY day) AS spells FROM ended
),

bounds AS (
    SELECT
        min(requested_date) AS first_day, max(requested_date) AS last_day, count(*) AS spells,
        count(*) FILTER (spell = 1) AS requests
    FROM spell
)

SELECT
    b.requests,
    CASE
        WHEN $since::DATE IS NOT NULL THEN greatest($since::DATE, b.first_day)
        WHEN b.spells <= $most THEN b.first_day
        ELSE coalesce(
            (SELECT min(day) FROM gone_by WHERE b.spells - gone_by.spells <= $most), b.last_day
        )
    END AS first_day
FROM bounds AS b
