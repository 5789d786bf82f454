-- what:   adds what moved to the counts of the months in which requests were closed
-- grain:  one row per source, month of the closing and service
-- reads:  moved, moved_spells
-- writes: marts.closings
MERGE INTO marts.closings AS c
USING (
    WITH step AS (
        SELECT
            closed_date AS day, service_code, sign AS first_closings,
            CASE WHEN days_to_close * 1440 <= 10 THEN sign ELSE 0 END AS within_10_minutes,
            CASE WHEN closed_datetime < requested_datetime THEN sign ELSE 0 END AS before_request,
            CASE WHEN lat IS NOT NULL AND days_to_close IS NOT NULL THEN sign ELSE 0 END AS placed,
            0 AS closings, 0 AS reopened
        FROM moved
        WHERE is_counted AND closed_date IS NOT NULL
        UNION ALL
        SELECT
            ended_date, service_code, 0, 0, 0, 0, sign,
            CASE
                WHEN epoch_us(reopened_datetime) - epoch_us(ended_datetime) <= 30 * 86400e6 THEN sign
                ELSE 0
            END
        FROM moved_spells
        WHERE ended_by = 'closed'
    )

    SELECT
        $source AS source, date_trunc('month', day)::DATE AS closed_month, service_code,
        sum(first_closings) AS first_closings, sum(within_10_minutes) AS within_10_minutes,
        sum(before_request) AS before_request, sum(placed) AS placed, sum(closings) AS closings,
        sum(reopened) AS reopened
    FROM step
    GROUP BY ALL
) AS m
ON m.source = c.source AND m.closed_month = c.closed_month AND m.service_code = c.service_code
WHEN MATCHED THEN UPDATE SET
    first_closings = c.first_closings + m.first_closings,
    within_10_minutes = c.within_10_minutes + m.within_10_minutes,
    before_request = c.before_request + m.before_request,
    placed = c.placed + m.placed,
    closings = c.closings + m.closings,
    reopened = c.reopened + m.reopened
WHEN NOT MATCHED THEN INSERT BY NAME;

DELETE FROM marts.closings WHERE first_closings = 0 AND closings = 0;
