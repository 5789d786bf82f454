-- what:   notes the readings that the marts have now taken in
-- grain:  one row per reading
-- reads:  etl.pages
-- writes: marts.readings
INSERT INTO marts.readings BY NAME
SELECT DISTINCT p.reading_id
FROM etl.pages AS p
ANTI JOIN marts.readings AS r ON r.reading_id = p.reading_id;
