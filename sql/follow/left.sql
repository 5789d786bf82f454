-- what:   how many requests are due, and since when the longest waiting one was not looked at
-- grain:  one row
-- reads:  due
-- writes: nothing
SELECT count(*)::BIGINT AS due, min(verified_at) AS since FROM due;
