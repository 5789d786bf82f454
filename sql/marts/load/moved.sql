-- what:   the touched requests and spells as they were, to be taken from the counts, and as they are now
-- grain:  one row per request, or spell, and state
-- reads:  facts_before, fresh, spells_before, fresh_spells
-- writes: temp views moved, moved_spells
-- What did not move adds up to nothing.
CREATE OR REPLACE TEMP VIEW moved AS
SELECT -1 AS sign, * EXCLUDE (fact) FROM facts_before
UNION ALL BY NAME
SELECT
    1 AS sign, service_request_id, service_code, ward, is_open, is_duplicate, is_info_only,
    is_counted, is_gone, gone_at, requested_datetime, requested_date, requested_month,
    first_expected_datetime, closed_datetime, closed_date, days_to_close, first_ended_datetime,
    first_ended_by, first_ended_date, first_reopened_datetime, lat, long
FROM fresh;

CREATE OR REPLACE TEMP VIEW moved_spells AS
WITH later AS (
    SELECT -1 AS sign, * EXCLUDE (spell_row) FROM spells_before
    UNION ALL
    SELECT 1 AS sign, * FROM fresh_spells
)

SELECT
    sign, 1 AS spell, service_code, ward, requested_date AS opened_date,
    first_ended_datetime AS ended_datetime, first_ended_by AS ended_by,
    first_ended_date AS ended_date, first_reopened_datetime AS reopened_datetime
FROM moved
WHERE is_counted
UNION ALL
SELECT
    sign, spell, service_code, ward, opened_date, ended_datetime, ended_by, ended_date,
    reopened_datetime
FROM later
WHERE is_counted;
