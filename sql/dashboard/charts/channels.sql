-- what:   requests by channel
-- grain:  one row per channel
-- reads:  chosen and view, which the page puts before it
-- writes: nothing
SELECT coalesce(c.channel, 'none') AS channel, count(*) AS requests
FROM chosen AS c
CROSS JOIN view AS v
WHERE c.spell = 1 AND c.opened_date BETWEEN v.first_day AND v.last_day
GROUP BY ALL
ORDER BY requests DESC
