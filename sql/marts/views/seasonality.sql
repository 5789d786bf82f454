-- what:   what is seasonal (question 16)
-- grain:  one row per source, service and month of the year, where at least two whole years were read
-- reads:  marts.days, marts.daily, marts.service_names
-- writes: view marts.seasonality
CREATE OR REPLACE VIEW marts.seasonality AS
WITH whole_year AS (
    SELECT source, year(day)::INTEGER AS year, count(*) AS days
    FROM marts.days
    GROUP BY ALL
    HAVING count(*) >= 365 AND count(*) = max(dayofyear(day)) AND min(dayofyear(day)) = 1
        AND max(month(day)) = 12 AND max(day(day)) = 31
),

years AS (
    SELECT source, count(*) AS years FROM whole_year GROUP BY ALL HAVING count(*) >= 2
),

monthly AS (
    SELECT
        d.source, d.service_code, year(d.day)::INTEGER AS year, month(d.day)::INTEGER AS month,
        sum(d.requests - d.duplicates - d.info_only) AS requests
    FROM marts.daily AS d
    GROUP BY ALL
),

yearly AS (
    SELECT source, service_code, year, sum(requests) AS requests
    FROM monthly
    GROUP BY ALL
    HAVING sum(requests) > 0
),

index AS (
    SELECT
        y.source, y.service_code, y.year, m.month,
        (coalesce(k.requests, 0) / day(last_day(make_date(y.year, m.month::INTEGER, 1))))
        / (y.requests / w.days) AS index,
        coalesce(k.requests, 0) AS requests
    FROM yearly AS y
    INNER JOIN whole_year AS w ON w.source = y.source AND w.year = y.year
    INNER JOIN years AS e ON e.source = y.source
    CROSS JOIN range(1, 13) AS m (month)
    LEFT JOIN monthly AS k
        ON k.source = y.source AND k.service_code = y.service_code
        AND k.year = y.year AND k.month = m.month
)

SELECT
    i.source, i.service_code,
    coalesce(any_value(n.service_name), i.service_code) AS service_name,
    i.month::INTEGER AS month_of_year,
    avg(i.index) AS index,
    count(*) AS years,
    sum(i.requests)::BIGINT AS n
FROM index AS i
LEFT JOIN marts.service_names AS n ON n.source = i.source AND n.service_code = i.service_code
GROUP BY i.source, i.service_code, i.month;

COMMENT ON VIEW marts.seasonality IS 'Counted requests a day in each month of the year, relative to the mean of that year, averaged over the calendar years that were read whole; empty with fewer than two';
COMMENT ON COLUMN marts.seasonality.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.seasonality.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.seasonality.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.seasonality.month_of_year IS 'Month, 1 to 12';
COMMENT ON COLUMN marts.seasonality.index IS '1: as much as on the year''s mean day; 2: twice as much';
COMMENT ON COLUMN marts.seasonality.years IS 'Years that it is averaged over: those with any request of the service';
COMMENT ON COLUMN marts.seasonality.n IS 'Requests behind it';
