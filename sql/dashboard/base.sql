-- what:   the day that the page counts days from
-- grain:  one row
-- reads:  temporary table taken
-- writes: nothing
SELECT min(opened_date) AS base
FROM taken
