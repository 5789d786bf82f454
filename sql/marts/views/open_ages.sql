-- what:   how old what is open is (question 5)
-- grain:  one row per source, service and age band with open requests
-- reads:  marts.fact_service_requests, marts.as_of, marts.service_names
-- writes: view marts.open_ages
CREATE OR REPLACE VIEW marts.open_ages AS
WITH aged AS (
    SELECT
        f.source, f.service_code,
        greatest(epoch_us(a.as_of) - epoch_us(f.requested_datetime), 0) / 86400e6 AS days
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE f.is_open AND f.is_counted AND f.requested_datetime IS NOT NULL
),

banded AS (
    SELECT
        source, service_code, days,
        CASE
            WHEN days < 8 THEN 1 WHEN days < 31 THEN 2 WHEN days < 91 THEN 3
            WHEN days < 366 THEN 4 ELSE 5
        END AS band
    FROM aged
)

SELECT
    b.source, b.service_code,
    coalesce(any_value(n.service_name), b.service_code) AS service_name,
    b.band,
    ['0-7 days', '8-30 days', '31-90 days', '91-365 days', 'over 365 days'][b.band] AS band_name,
    count(*) AS open,
    count(*) FILTER (b.days > 730) AS over_two_years,
    max(b.days) AS oldest_days
FROM banded AS b
LEFT JOIN marts.service_names AS n ON n.source = b.source AND n.service_code = b.service_code
GROUP BY b.source, b.service_code, b.band;

COMMENT ON VIEW marts.open_ages IS 'Counted requests that are open, by how old they are at as_of';
COMMENT ON COLUMN marts.open_ages.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.open_ages.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.open_ages.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.open_ages.band IS 'Number of the age band, 1 to 5';
COMMENT ON COLUMN marts.open_ages.band_name IS 'The band in words; days are whole days';
COMMENT ON COLUMN marts.open_ages.open IS 'Open requests of that age';
COMMENT ON COLUMN marts.open_ages.over_two_years IS 'Of those, older than 730 days: often forgotten ones, which some leave out';
COMMENT ON COLUMN marts.open_ages.oldest_days IS 'Age of the oldest, days';
