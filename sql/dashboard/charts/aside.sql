-- what:   requests by what they are: to be dealt with, duplicates, information only
-- grain:  one row per kind
-- reads:  chosen and view, which the page puts before it
-- writes: nothing
SELECT
    CASE
        WHEN c.is_duplicate THEN 'duplicates'
        WHEN c.is_info_only THEN 'information only'
        ELSE 'service requests'
    END AS kind,
    count(*) AS requests
FROM everything AS c
CROSS JOIN view AS v
WHERE c.spell = 1 AND c.opened_date BETWEEN v.first_day AND v.last_day
GROUP BY ALL
ORDER BY requests DESC
