-- what:   the last whole day against the same weekday of the eight weeks before (question 2)
-- grain:  one row per source and service that had requests on any of these days
-- reads:  marts.daily, marts.as_of, marts.service_names
-- writes: view marts.unusual_day
CREATE OR REPLACE VIEW marts.unusual_day AS
WITH counted AS (
    SELECT
        d.source, d.service_code, a.last_whole_day,
        sum(d.requests - d.duplicates - d.info_only) FILTER (d.day = a.last_whole_day) AS requests,
        sum(d.requests - d.duplicates - d.info_only) FILTER (d.day < a.last_whole_day) AS before
    FROM marts.daily AS d
    INNER JOIN marts.as_of AS a ON a.source = d.source
    WHERE
        d.day BETWEEN a.last_whole_day - 56 AND a.last_whole_day
        AND (a.last_whole_day - d.day) % 7 = 0
        AND a.first_day <= a.last_whole_day - 56
    GROUP BY ALL
),

compared AS (
    SELECT
        source, service_code, last_whole_day AS day,
        coalesce(requests, 0)::BIGINT AS requests,
        coalesce(before, 0) / 8 AS usual
    FROM counted
)

SELECT
    c.source, c.day, c.service_code,
    coalesce(n.service_name, c.service_code) AS service_name,
    c.requests, c.usual,
    CASE WHEN c.usual > 0 THEN (c.requests - c.usual) / sqrt(c.usual) END AS z,
    coalesce(
        greatest(c.requests, c.usual) >= 5
        AND (c.usual = 0 OR abs(c.requests - c.usual) / sqrt(c.usual) > 3),
        false
    ) AS is_unusual
FROM compared AS c
LEFT JOIN marts.service_names AS n ON n.source = c.source AND n.service_code = c.service_code
WHERE c.requests > 0 OR c.usual > 0;

COMMENT ON VIEW marts.unusual_day IS 'The last whole day against the mean of the same weekday in the eight weeks before, days without requests as zero; empty where fewer weeks were read';
COMMENT ON COLUMN marts.unusual_day.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.unusual_day.day IS 'The last whole local day';
COMMENT ON COLUMN marts.unusual_day.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.unusual_day.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.unusual_day.requests IS 'Counted requests of that day';
COMMENT ON COLUMN marts.unusual_day.usual IS 'Mean of the eight same weekdays before';
COMMENT ON COLUMN marts.unusual_day.z IS '(requests - usual) / square root of usual: how many standard deviations of a Poisson count; services that come in bursts need a wider limit';
COMMENT ON COLUMN marts.unusual_day.is_unusual IS 'True where z is beyond 3 and there are at least 5 requests, then or usually';
