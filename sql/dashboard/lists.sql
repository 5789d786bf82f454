-- what:   what the page names by number: sources, services, wards, channels, statuses, cells
-- grain:  one temporary table for each list
-- reads:  temporary table taken
-- writes: temporary tables list_*, which sql/dashboard/rows.sql reads
CREATE OR REPLACE TEMP TABLE list_source AS
SELECT row_number() OVER (ORDER BY source) - 1 AS number, source
FROM (SELECT DISTINCT source FROM taken);

CREATE OR REPLACE TEMP TABLE list_service AS
SELECT
    row_number() OVER (ORDER BY service_name, service_code, source) - 1 AS number,
    source, service_code, service_name, service_group
FROM (
    SELECT source, service_code, max(service_name) AS service_name, max(service_group) AS service_group
    FROM taken
    GROUP BY ALL
);

-- Some sources have free text there: wards behind the 500 largest are one group.
CREATE OR REPLACE TEMP TABLE list_ward AS
WITH ranked AS (
    SELECT source, ward, row_number() OVER (PARTITION BY source ORDER BY count(*) DESC, ward) AS place
    FROM taken
    WHERE ward IS NOT NULL
    GROUP BY source, ward
),

named AS (
    SELECT source, ward, CASE WHEN place <= 500 THEN ward ELSE '(other)' END AS name FROM ranked
    UNION ALL BY NAME
    SELECT DISTINCT source, NULL AS ward, NULL AS name FROM taken
)

SELECT
    dense_rank() OVER (ORDER BY source, try_cast(name AS INTEGER) NULLS LAST, name NULLS LAST) - 1 AS number,
    source, ward, name
FROM named;

CREATE OR REPLACE TEMP TABLE list_channel AS
SELECT row_number() OVER (ORDER BY channel NULLS LAST) - 1 AS number, channel
FROM (SELECT DISTINCT channel FROM taken);

CREATE OR REPLACE TEMP TABLE list_status AS
SELECT row_number() OVER (ORDER BY status NULLS LAST) - 1 AS number, status
FROM (SELECT DISTINCT status FROM taken);

CREATE OR REPLACE TEMP TABLE list_cell AS
SELECT
    row_number() OVER (ORDER BY source, cell_lat, cell_long NULLS LAST) - 1 AS number,
    source, cell, cell_lat, cell_long
FROM (
    SELECT source, cell, any_value(cell_lat) AS cell_lat, any_value(cell_long) AS cell_long
    FROM taken
    GROUP BY source, cell
)
