-- what:   what the columns of the lake are and mean
-- grain:  one row per column of a table of schema main
-- reads:  the catalog of the database
-- writes: nothing
SELECT t.table_name, t.comment AS table_comment, c.column_name, c.data_type, c.comment
FROM duckdb_tables() AS t
INNER JOIN duckdb_columns() AS c ON c.database_oid = t.database_oid AND c.table_oid = t.table_oid
WHERE t.database_name = current_database() AND t.schema_name = 'main'
ORDER BY t.table_name, c.column_index;
