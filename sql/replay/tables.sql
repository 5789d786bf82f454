-- what:   tables that hold rows of sources
-- grain:  one row per table
-- reads:  information_schema
-- writes: nothing
SELECT c.table_schema || '.' || c.table_name AS name
FROM information_schema.columns AS c
INNER JOIN information_schema.tables AS t
    ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE c.column_name = 'source' AND t.table_type = 'BASE TABLE';
