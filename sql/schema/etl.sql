-- what:   the schema of the ledger tables
-- grain:  -
-- reads:  nothing
-- writes: schema etl
CREATE SCHEMA IF NOT EXISTS etl;
