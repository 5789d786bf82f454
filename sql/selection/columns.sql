-- what:   tables and views that can be selected from, with their columns
-- grain:  one row per column
-- reads:  the catalog of the database
-- writes: nothing
SELECT
    CASE schema_name WHEN 'main' THEN 'requests' ELSE table_name END AS name,
    schema_name, table_name, column_name, data_type
FROM duckdb_columns()
WHERE
    database_name = current_database()
    AND NOT internal
    AND (schema_name = 'marts' OR (schema_name = 'main' AND table_name = 'service_requests'))
ORDER BY schema_name DESC, table_name, column_index;
