-- what:   list entries that could not be stored, by reason
-- grain:  one row per reason
-- reads:  etl.quarantine
-- writes: nothing
SELECT reason AS name, count(*)::BIGINT AS entries
FROM etl.quarantine
WHERE source = $source
GROUP BY reason
ORDER BY entries DESC, reason;
