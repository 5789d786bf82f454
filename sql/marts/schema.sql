-- what:   the schema of the marts
-- grain:  -
-- reads:  nothing
-- writes: schema marts
CREATE SCHEMA IF NOT EXISTS marts;
