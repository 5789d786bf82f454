-- what:   which of the touched requests the counting marts see otherwise now, and on which days
-- grain:  one row per request; one per day
-- reads:  fresh, fresh_spells, facts_before, spells_before
-- writes: temp tables changed, days_due
CREATE OR REPLACE TEMP TABLE changed AS
WITH before AS (
    SELECT
        service_request_id, requested_date, requested_datetime, closed_datetime, service_code, ward,
        is_duplicate, is_info_only, lat, long
    FROM facts_before
),

after AS (
    SELECT
        service_request_id, requested_local::DATE AS requested_date, requested_datetime,
        closed_datetime, service_code, ward, is_duplicate, is_info_only, lat, long
    FROM fresh
    WHERE NOT $whole
)

SELECT service_request_id, requested_date
FROM ((FROM before EXCEPT FROM after) UNION ALL (FROM after EXCEPT FROM before))
UNION ALL
SELECT service_request_id, requested_local::DATE AS requested_date FROM fresh WHERE $whole;

CREATE OR REPLACE TEMP TABLE days_due AS
WITH before AS (
    FROM spells_before
),

after AS (
    FROM fresh_spells WHERE NOT $whole
),

spelled AS (
    (FROM before EXCEPT FROM after) UNION ALL (FROM after EXCEPT FROM before)
    UNION ALL
    FROM fresh_spells WHERE $whole
)

SELECT requested_date AS day FROM changed WHERE requested_date IS NOT NULL
UNION
SELECT opened_date FROM spelled WHERE spell > 1
UNION
SELECT greatest(ended_date, opened_date) FROM spelled WHERE ended_date IS NOT NULL;
