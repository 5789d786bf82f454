-- what:   how many requests, of what, where and when (question 1)
-- grain:  one row per source, day, service and ward with requests; no row means none
-- reads:  marts.daily, marts.service_names, marts.as_of
-- writes: view marts.volume_daily
CREATE OR REPLACE VIEW marts.volume_daily AS
SELECT
    d.source, d.day, d.service_code,
    coalesce(n.service_name, d.service_code) AS service_name,
    coalesce(n.service_group, 'none') AS service_group,
    d.ward, d.requests, d.duplicates, d.info_only,
    d.requests - d.duplicates - d.info_only AS counted,
    d.day <= a.settled_day AS is_settled
FROM marts.daily AS d
INNER JOIN marts.as_of AS a ON a.source = d.source
LEFT JOIN marts.service_names AS n ON n.source = d.source AND n.service_code = d.service_code
WHERE d.requests > 0;

COMMENT ON VIEW marts.volume_daily IS 'Requests by local day of the request, service and ward; days without any have no row (marts.volume_by_day has all days)';
COMMENT ON COLUMN marts.volume_daily.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.volume_daily.day IS 'Local day of the request';
COMMENT ON COLUMN marts.volume_daily.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.volume_daily.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.volume_daily.service_group IS 'Group (department) of the service; none where it has none';
COMMENT ON COLUMN marts.volume_daily.ward IS 'Ward; none is a group of its own: requests without a ward';
COMMENT ON COLUMN marts.volume_daily.requests IS 'Requests, all of them';
COMMENT ON COLUMN marts.volume_daily.duplicates IS 'Of those, duplicates';
COMMENT ON COLUMN marts.volume_daily.info_only IS 'Of those, information only and no duplicate';
COMMENT ON COLUMN marts.volume_daily.counted IS 'Of those, neither duplicates nor information only: the population of the other metrics';
COMMENT ON COLUMN marts.volume_daily.is_settled IS 'False for the last days, of which late requests may still appear';
