-- what:   the spells that the page gets: those that have a part in what happened from $first_day on
-- grain:  one row per request and spell
-- reads:  temporary view spell
-- writes: temporary table taken
CREATE OR REPLACE TEMP TABLE taken AS
SELECT
    source, service_code, service_name, service_group, ward, channel, status, cell, cell_lat, cell_long,
    opened_date, ended_date, spell, fate, target, hours, is_prompt, spot_row, spot_column, is_duplicate, is_info_only
FROM spell
WHERE fate = 'open' OR coalesce(ended_date, opened_date) >= $first_day::DATE
