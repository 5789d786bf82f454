-- what:   how people report (question 14)
-- grain:  one row per source, month and channel
-- reads:  marts.fact_service_requests, marts.as_of
-- writes: view marts.channels
CREATE OR REPLACE VIEW marts.channels AS
SELECT
    f.source, f.requested_month AS month,
    coalesce(f.channel, 'unknown') AS channel,
    count(*) AS requests,
    count(*) / sum(count(*)) OVER (PARTITION BY f.source, f.requested_month) AS share,
    any_value(
        f.requested_month >= a.first_day
        AND f.requested_month + INTERVAL 1 MONTH <= a.as_of_date
    ) AS is_whole
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
WHERE f.is_counted AND f.requested_month IS NOT NULL
GROUP BY f.source, f.requested_month, coalesce(f.channel, 'unknown');

COMMENT ON VIEW marts.channels IS 'Counted requests by channel and month; unknown is a group of its own';
COMMENT ON COLUMN marts.channels.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.channels.month IS 'First day of the month, in the source''s zone';
COMMENT ON COLUMN marts.channels.channel IS 'How they were reported; unknown where the source does not say';
COMMENT ON COLUMN marts.channels.requests IS 'Counted requests';
COMMENT ON COLUMN marts.channels.share IS 'requests / those of the month';
COMMENT ON COLUMN marts.channels.is_whole IS 'False for months that were not read whole';
