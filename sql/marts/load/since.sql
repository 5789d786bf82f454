-- what:   since when notes and newest versions of the touched requests were stored
-- grain:  one row
-- reads:  touched
-- writes: nothing
SELECT count(*) AS touched, min(told_at) AS since FROM touched;
