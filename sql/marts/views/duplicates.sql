-- what:   how many requests are duplicates, or information only (question 12)
-- grain:  one row per source, month and service
-- reads:  marts.daily, marts.service_names
-- writes: view marts.duplicates
CREATE OR REPLACE VIEW marts.duplicates AS
SELECT
    d.source,
    date_trunc('month', d.day)::DATE AS month,
    d.service_code,
    coalesce(any_value(n.service_name), d.service_code) AS service_name,
    sum(d.requests)::BIGINT AS requests,
    sum(d.duplicates)::BIGINT AS duplicates,
    sum(d.info_only)::BIGINT AS info_only,
    sum(d.duplicates) / nullif(sum(d.requests) - sum(d.info_only), 0) AS share_duplicates,
    sum(d.requests) < 50 AS too_few
FROM marts.daily AS d
LEFT JOIN marts.service_names AS n ON n.source = d.source AND n.service_code = d.service_code
GROUP BY d.source, date_trunc('month', d.day)::DATE, d.service_code
HAVING sum(d.requests) > 0;

COMMENT ON VIEW marts.duplicates IS 'Duplicates as the city marks them, by month of the request; they are kept, and apart from all other metrics';
COMMENT ON COLUMN marts.duplicates.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.duplicates.month IS 'First day of the month, in the source''s zone';
COMMENT ON COLUMN marts.duplicates.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.duplicates.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.duplicates.requests IS 'Requests, all of them';
COMMENT ON COLUMN marts.duplicates.duplicates IS 'Of those, duplicates';
COMMENT ON COLUMN marts.duplicates.info_only IS 'Of those, information only and no duplicate';
COMMENT ON COLUMN marts.duplicates.share_duplicates IS 'duplicates / requests that are not information only';
COMMENT ON COLUMN marts.duplicates.too_few IS 'True where n is too small to show the figure beside it';
