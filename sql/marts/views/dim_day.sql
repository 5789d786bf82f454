-- what:   the calendar from the first request to the last pull
-- grain:  one row per day
-- reads:  marts.fact_service_requests, marts.as_of
-- writes: view marts.dim_day
CREATE OR REPLACE VIEW marts.dim_day AS
WITH span AS (
    SELECT
        (SELECT min(requested_date) FROM marts.fact_service_requests) AS first_day,
        (SELECT max(as_of_date) FROM marts.as_of) AS last_day
),

calendar AS (
    SELECT unnest(generate_series(first_day::TIMESTAMP, last_day::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day
    FROM span
)

SELECT
    day,
    year(day)::INTEGER AS year,
    quarter(day)::INTEGER AS quarter,
    month(day)::INTEGER AS month,
    monthname(day) AS month_name,
    date_trunc('month', day)::DATE AS month_start,
    (day - (isodow(day)::INTEGER - 1)) AS week_start,
    week(day)::INTEGER AS iso_week,
    isodow(day)::INTEGER AS weekday,
    dayname(day) AS weekday_name,
    isodow(day) >= 6 AS is_weekend,
    dayofyear(day)::INTEGER AS day_of_year
FROM calendar;

COMMENT ON VIEW marts.dim_day IS 'Calendar from the first request to the last pull; join it to local days such as requested_date';
COMMENT ON COLUMN marts.dim_day.day IS 'The day';
COMMENT ON COLUMN marts.dim_day.year IS 'Year';
COMMENT ON COLUMN marts.dim_day.quarter IS 'Quarter, 1 to 4';
COMMENT ON COLUMN marts.dim_day.month IS 'Month, 1 to 12';
COMMENT ON COLUMN marts.dim_day.month_name IS 'Name of the month, English';
COMMENT ON COLUMN marts.dim_day.month_start IS 'First day of its month';
COMMENT ON COLUMN marts.dim_day.week_start IS 'Monday of its week';
COMMENT ON COLUMN marts.dim_day.iso_week IS 'ISO week, 1 to 53';
COMMENT ON COLUMN marts.dim_day.weekday IS 'Day of the week, 1 (Monday) to 7 (Sunday)';
COMMENT ON COLUMN marts.dim_day.weekday_name IS 'Name of the weekday, English';
COMMENT ON COLUMN marts.dim_day.is_weekend IS 'True on Saturday and Sunday';
COMMENT ON COLUMN marts.dim_day.day_of_year IS 'Day of the year, 1 to 366';
