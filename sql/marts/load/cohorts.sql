-- what:   adds what moved to the counts of the months in which requests were made
-- grain:  one row per source, month of the request and service
-- reads:  moved
-- writes: marts.cohorts
MERGE INTO marts.cohorts AS c
USING (
    SELECT
        $source AS source, requested_month, service_code,
        sum(sign) AS requests,
        coalesce(sum(sign) FILTER (
            days_to_close IS NOT NULL OR (is_open AND closed_datetime IS NULL)
        ), 0) AS known,
        coalesce(sum(sign) FILTER (days_to_close <= 7), 0) AS closed_7,
        coalesce(sum(sign) FILTER (days_to_close <= 30), 0) AS closed_30,
        coalesce(sum(sign) FILTER (first_expected_datetime IS NOT NULL), 0) AS with_target,
        coalesce(sum(sign) FILTER (
            first_expected_datetime IS NOT NULL
            AND (days_to_close IS NOT NULL OR (is_open AND closed_datetime IS NULL))
        ), 0) AS judged,
        coalesce(sum(sign) FILTER (
            days_to_close IS NOT NULL AND closed_datetime <= first_expected_datetime
        ), 0) AS met
    FROM moved
    WHERE is_counted AND requested_month IS NOT NULL
    GROUP BY ALL
) AS m
ON m.source = c.source AND m.requested_month = c.requested_month AND m.service_code = c.service_code
WHEN MATCHED THEN UPDATE SET
    requests = c.requests + m.requests,
    known = c.known + m.known,
    closed_7 = c.closed_7 + m.closed_7,
    closed_30 = c.closed_30 + m.closed_30,
    with_target = c.with_target + m.with_target,
    judged = c.judged + m.judged,
    met = c.met + m.met
WHEN NOT MATCHED THEN INSERT BY NAME;

DELETE FROM marts.cohorts WHERE requests = 0;
