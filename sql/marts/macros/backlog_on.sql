-- what:   how many requests were open at the end of a day, by service and ward (question 4)
-- grain:  one row per source, service and ward with a backlog
-- reads:  marts.daily
-- writes: table macro marts.backlog_on
CREATE OR REPLACE MACRO marts.backlog_on(that_day) AS TABLE
SELECT
    source, service_code, ward,
    sum(requests - duplicates - info_only + reopened - closed - gone)::BIGINT AS backlog
FROM marts.daily
WHERE day <= that_day::DATE
GROUP BY source, service_code, ward
HAVING sum(requests - duplicates - info_only + reopened - closed - gone) <> 0;

COMMENT ON MACRO TABLE marts.backlog_on IS 'Counted requests that were open at the end of a local day: FROM marts.backlog_on(''2026-03-01'')';
