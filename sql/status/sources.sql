-- what:   the sources that were ever pulled
-- grain:  one row per source
-- reads:  etl.runs
-- writes: nothing
SELECT source, max(as_of) AS as_of
FROM etl.runs
GROUP BY source
ORDER BY source;
