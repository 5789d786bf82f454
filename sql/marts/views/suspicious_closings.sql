-- what:   whether closings are real (question 19)
-- grain:  one row per source, month of the closing and service with a suspicious closing
-- reads:  marts.closings, marts.service_names
-- writes: view marts.suspicious_closings
CREATE OR REPLACE VIEW marts.suspicious_closings AS
SELECT
    c.source, c.closed_month, c.service_code,
    coalesce(n.service_name, c.service_code) AS service_name,
    c.first_closings AS closings, c.within_10_minutes, c.before_request,
    c.within_10_minutes / c.first_closings AS share_within_10_minutes,
    c.first_closings < 50 AS too_few
FROM marts.closings AS c
LEFT JOIN marts.service_names AS n ON n.source = c.source AND n.service_code = c.service_code
WHERE c.within_10_minutes > 0 OR c.before_request > 0;

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
