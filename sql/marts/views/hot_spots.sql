-- what:   where requests gather (question 15)
-- grain:  one row per source and cell of 500 m with at least 10 requests in either span
-- reads:  marts.fact_service_requests, marts.as_of
-- writes: view marts.hot_spots
CREATE OR REPLACE VIEW marts.hot_spots AS
WITH counted AS (
    SELECT
        f.source, f.cell, f.cell_lat, f.cell_long,
        count(*) FILTER (f.requested_date > a.last_whole_day - 90) AS requests,
        count(*) FILTER (f.requested_date <= a.last_whole_day - 90) AS before,
        any_value(a.first_day <= a.last_whole_day - 179) AS comparable
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE
        f.is_counted AND f.cell IS NOT NULL
        AND f.requested_date BETWEEN a.last_whole_day - 179 AND a.last_whole_day
    GROUP BY ALL
)

SELECT
    source, cell, cell_lat, cell_long, requests,
    CASE WHEN comparable THEN before END AS before,
    CASE WHEN comparable AND before > 0 THEN requests / before END AS ratio
FROM counted
WHERE greatest(requests, before) >= 10;

COMMENT ON VIEW marts.hot_spots IS 'Cells of 500 m: counted requests of the last 90 whole days against the 90 before; geocoders put what they cannot find on one default point';
COMMENT ON COLUMN marts.hot_spots.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.hot_spots.cell IS 'Cell of the grid, row:column';
COMMENT ON COLUMN marts.hot_spots.cell_lat IS 'Latitude of its centre';
COMMENT ON COLUMN marts.hot_spots.cell_long IS 'Longitude of its centre';
COMMENT ON COLUMN marts.hot_spots.requests IS 'Counted requests of the last 90 whole days';
COMMENT ON COLUMN marts.hot_spots.before IS 'Counted requests of the 90 days before; null where those were not read';
COMMENT ON COLUMN marts.hot_spots.ratio IS 'requests / before';
