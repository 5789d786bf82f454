-- what:     sources with coordinates outside of the box of their profile
-- grain:    one row per source
-- reads:    service_requests, etl.sources
-- writes:   nothing
-- severity: warning
-- when:     each pull
-- do:       look at the examples: swapped lat and long, another projection, or a box that is too tight (bbox in the profile)
SELECT
    r.source, count(*) AS outside, min(r.service_request_id) AS example,
    any_value(r.lat) AS example_lat, any_value(r.long) AS example_long
FROM service_requests AS r
INNER JOIN etl.sources AS s ON s.source = r.source
WHERE
    r.source = coalesce($source, r.source)
    AND NOT (r.lat BETWEEN s.south AND s.north AND r.long BETWEEN s.west AND s.east)
GROUP BY r.source;
