-- what:   Where have requests become more frequent?
-- topic:  place
-- counts: cells of 500 m, the last 28 whole days against the 28 before
-- trap:   a cell can hold the address that a geocoder gives when it knows none: look at the map
-- grain:  one row per source and cell
-- reads:  marts.fact_service_requests, marts.as_of
SELECT
    f.source, f.cell, any_value(f.cell_lat) AS lat, any_value(f.cell_long) AS long,
    count(*) FILTER (f.requested_date > a.last_whole_day - 28) AS requests,
    count(*) FILTER (f.requested_date <= a.last_whole_day - 28) AS before
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
WHERE
    f.is_counted AND f.cell IS NOT NULL
    AND f.requested_date > a.last_whole_day - 56
    AND f.requested_date <= a.last_whole_day
GROUP BY f.source, f.cell
ORDER BY requests - before DESC, requests DESC, f.source, f.cell
LIMIT 20;
