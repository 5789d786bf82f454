-- what:   At which hours of the week do people report?
-- topic:  volume
-- counts: requests by local weekday (1 is Monday) and hour of the day
-- trap:   in UTC the peak moves by hours and one request in ten falls on another day; the night in
--         which clocks go back has an hour twice
-- grain:  one row per source, weekday and hour
-- reads:  marts.fact_service_requests
SELECT source, isodow(requested_date) AS weekday, requested_hour, count(*) AS requests
FROM marts.fact_service_requests
WHERE is_counted AND requested_date IS NOT NULL
GROUP BY ALL
ORDER BY ALL;
