-- what:   the day that the page counts days from
-- grain:  one row
-- reads:  temporary view chosen
-- writes: nothing
SELECT min(opened_date) AS base
FROM chosen
WHERE fate = 'open' OR coalesce(ended_date, opened_date) >= $first_day::DATE
