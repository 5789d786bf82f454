-- what:   whether closings are real (question 19)
-- grain:  one row per source, month of the closing and service with a suspicious closing
-- reads:  marts.fact_service_requests, marts.service_names
-- writes: view marts.suspicious_closings
CREATE OR REPLACE VIEW marts.suspicious_closings AS
SELECT
    f.source,
    date_trunc('month', f.closed_date)::DATE AS closed_month,
    f.service_code,
    coalesce(any_value(n.service_name), f.service_code) AS service_name,
    count(*) AS closings,
    count(*) FILTER (f.days_to_close * 1440 <= 10) AS within_10_minutes,
    count(*) FILTER (f.closed_datetime < f.requested_datetime) AS before_request,
    within_10_minutes / closings AS share_within_10_minutes,
    closings < 50 AS too_few
FROM marts.fact_service_requests AS f
LEFT JOIN marts.service_names AS n ON n.source = f.source AND n.service_code = f.service_code
WHERE f.is_counted AND f.closed_date IS NOT NULL
GROUP BY f.source, date_trunc('month', f.closed_date)::DATE, f.service_code
HAVING
    count(*) FILTER (f.days_to_close * 1440 <= 10) > 0
    OR count(*) FILTER (f.closed_datetime < f.requested_datetime) > 0;

COMMENT ON VIEW marts.suspicious_closings IS 'First closings of counted requests that were very quick, or came before the request; referrals by telephone are quick and real';
COMMENT ON COLUMN marts.suspicious_closings.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.suspicious_closings.closed_month IS 'First day of the month of the closings, in the source''s zone';
COMMENT ON COLUMN marts.suspicious_closings.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.suspicious_closings.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.suspicious_closings.closings IS 'First closings of counted requests';
COMMENT ON COLUMN marts.suspicious_closings.within_10_minutes IS 'Of those, within 10 minutes of the request';
COMMENT ON COLUMN marts.suspicious_closings.before_request IS 'Of those, before the request: one of the two times is wrong';
COMMENT ON COLUMN marts.suspicious_closings.share_within_10_minutes IS 'within_10_minutes / closings';
COMMENT ON COLUMN marts.suspicious_closings.too_few IS 'True where n is too small to show the figure beside it';
