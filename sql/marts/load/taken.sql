-- what:   notes the readings, and the names of services, that the marts have now taken in
-- grain:  one row per reading; one per service
-- reads:  etl.pages, services
-- writes: marts.readings, marts.labels
INSERT INTO marts.readings BY NAME
SELECT DISTINCT p.reading_id
FROM etl.pages AS p
ANTI JOIN marts.readings AS r ON r.reading_id = p.reading_id;

DELETE FROM marts.labels;

INSERT INTO marts.labels BY NAME
SELECT source, service_code, service_name, service_group FROM services;
