-- what:   notes which SQL the marts are made by
-- grain:  one row
-- reads:  nothing
-- writes: marts.build
INSERT INTO marts.build BY NAME SELECT $fingerprint AS fingerprint, $built_at AS built_at;
