-- what:   requests and closings of each whole day, zero where there were none (question 1)
-- grain:  one row per source and whole day
-- reads:  marts.days, marts.daily, marts.as_of
-- writes: view marts.volume_by_day
CREATE OR REPLACE VIEW marts.volume_by_day AS
SELECT
    s.source, s.day,
    coalesce(sum(d.requests), 0)::BIGINT AS requests,
    coalesce(sum(d.duplicates), 0)::BIGINT AS duplicates,
    coalesce(sum(d.info_only), 0)::BIGINT AS info_only,
    coalesce(sum(d.requests - d.duplicates - d.info_only), 0)::BIGINT AS counted,
    coalesce(sum(d.closed), 0)::BIGINT AS closed,
    coalesce(sum(d.reopened), 0)::BIGINT AS reopened,
    s.day <= any_value(a.settled_day) AS is_settled
FROM marts.days AS s
INNER JOIN marts.as_of AS a ON a.source = s.source
LEFT JOIN marts.daily AS d ON d.source = s.source AND d.day = s.day
GROUP BY s.source, s.day;

COMMENT ON VIEW marts.volume_by_day IS 'Each whole day from the first to the last one that was read, with zero where nothing happened';
COMMENT ON COLUMN marts.volume_by_day.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.volume_by_day.day IS 'Day in the source''s zone';
COMMENT ON COLUMN marts.volume_by_day.requests IS 'Requests, all of them';
COMMENT ON COLUMN marts.volume_by_day.duplicates IS 'Of those, duplicates';
COMMENT ON COLUMN marts.volume_by_day.info_only IS 'Of those, information only and no duplicate';
COMMENT ON COLUMN marts.volume_by_day.counted IS 'Of those, neither duplicates nor information only: the population of the other metrics';
COMMENT ON COLUMN marts.volume_by_day.closed IS 'Closings on that day of counted requests, whenever they were made';
COMMENT ON COLUMN marts.volume_by_day.reopened IS 'Reopenings on that day of counted requests';
COMMENT ON COLUMN marts.volume_by_day.is_settled IS 'False for the last days, of which late requests may still appear';
