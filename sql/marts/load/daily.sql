-- what:   adds what moved to the counts of days
-- grain:  one row per source, day, service and ward
-- reads:  moved, moved_spells
-- writes: marts.daily
CREATE OR REPLACE TEMP TABLE days_moved AS
WITH step AS (
    SELECT
        requested_date AS day, service_code, ward,
        sign AS requests,
        CASE WHEN is_duplicate THEN sign ELSE 0 END AS duplicates,
        CASE WHEN is_info_only AND NOT is_duplicate THEN sign ELSE 0 END AS info_only,
        0 AS closed, 0 AS reopened, 0 AS gone
    FROM moved
    WHERE requested_date IS NOT NULL
    UNION ALL
    SELECT
        greatest(ended_date, opened_date), service_code, ward, 0, 0, 0,
        CASE WHEN ended_by = 'closed' THEN sign ELSE 0 END,
        0,
        CASE WHEN ended_by = 'gone' THEN sign ELSE 0 END
    FROM moved_spells
    WHERE ended_date IS NOT NULL AND opened_date IS NOT NULL
    UNION ALL
    SELECT opened_date, service_code, ward, 0, 0, 0, 0, sign, 0
    FROM moved_spells
    WHERE spell > 1 AND opened_date IS NOT NULL
)

SELECT
    day, service_code, coalesce(ward, 'none') AS ward,
    sum(requests) AS requests, sum(duplicates) AS duplicates, sum(info_only) AS info_only,
    sum(closed) AS closed, sum(reopened) AS reopened, sum(gone) AS gone
FROM step
GROUP BY ALL
HAVING NOT (
    sum(requests) = 0 AND sum(duplicates) = 0 AND sum(info_only) = 0 AND sum(closed) = 0
    AND sum(reopened) = 0 AND sum(gone) = 0
);

CREATE OR REPLACE TEMP TABLE days_before AS
SELECT d.rowid AS day_row, d.*
FROM marts.daily AS d
SEMI JOIN days_moved AS m ON m.day = d.day AND m.service_code = d.service_code AND m.ward = d.ward
WHERE d.source = $source;

DELETE FROM marts.daily WHERE rowid IN (SELECT day_row FROM days_before);

INSERT INTO marts.daily BY NAME
WITH each AS (
    SELECT * EXCLUDE (source, day_row) FROM days_before
    UNION ALL BY NAME
    SELECT * FROM days_moved
)

SELECT
    $source AS source, day, service_code, ward,
    sum(requests) AS requests, sum(duplicates) AS duplicates, sum(info_only) AS info_only,
    sum(closed) AS closed, sum(reopened) AS reopened, sum(gone) AS gone
FROM each
GROUP BY ALL
HAVING NOT (
    sum(requests) = 0 AND sum(duplicates) = 0 AND sum(info_only) = 0 AND sum(closed) = 0
    AND sum(reopened) = 0 AND sum(gone) = 0
)
ORDER BY day;
