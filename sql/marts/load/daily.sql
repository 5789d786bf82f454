-- what:   counts the days that a load touched anew
-- grain:  one row per source, day, service and ward
-- reads:  days_due, marts.fact_service_requests, marts.open_spells
-- writes: marts.daily
DELETE FROM marts.daily AS d
USING days_due AS t
WHERE d.source = $source AND d.day = t.day;

INSERT INTO marts.daily BY NAME
WITH made AS (
    SELECT
        f.requested_date AS day, f.service_code, f.ward,
        count(*) AS requests,
        count(*) FILTER (f.is_duplicate) AS duplicates,
        count(*) FILTER (f.is_info_only AND NOT f.is_duplicate) AS info_only
    FROM marts.fact_service_requests AS f
    SEMI JOIN days_due AS t ON t.day = f.requested_date
    WHERE f.source = $source
    GROUP BY ALL
),

ended AS (
    SELECT
        greatest(s.ended_date, s.opened_date) AS day, s.service_code, s.ward,
        count(*) FILTER (s.ended_by = 'closed') AS closed,
        count(*) FILTER (s.ended_by = 'gone') AS gone
    FROM marts.open_spells AS s
    SEMI JOIN days_due AS t ON t.day = greatest(s.ended_date, s.opened_date)
    WHERE s.source = $source AND s.is_counted AND s.opened_date IS NOT NULL
    GROUP BY ALL
),

opened AS (
    SELECT s.opened_date AS day, s.service_code, s.ward, count(*) AS reopened
    FROM marts.open_spells AS s
    SEMI JOIN days_due AS t ON t.day = s.opened_date
    WHERE s.source = $source AND s.is_counted AND s.spell > 1
    GROUP BY ALL
),

counted AS (
    FROM made
    UNION ALL BY NAME
    FROM ended
    UNION ALL BY NAME
    FROM opened
)

SELECT
    $source AS source, day, service_code, coalesce(ward, 'none') AS ward,
    coalesce(sum(requests), 0) AS requests,
    coalesce(sum(duplicates), 0) AS duplicates,
    coalesce(sum(info_only), 0) AS info_only,
    coalesce(sum(closed), 0) AS closed,
    coalesce(sum(reopened), 0) AS reopened,
    coalesce(sum(gone), 0) AS gone
FROM counted
WHERE day IS NOT NULL
GROUP BY ALL
ORDER BY day;
