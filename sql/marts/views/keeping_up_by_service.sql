-- what:   opened, closed and the clearance of whole weeks for each service (question 3)
-- grain:  one row per source, service and whole week
-- reads:  marts.days, marts.daily, marts.service_names
-- writes: view marts.keeping_up_by_service
CREATE OR REPLACE VIEW marts.keeping_up_by_service AS
WITH week AS (
    SELECT source, day - (isodow(day)::INTEGER - 1) AS week
    FROM marts.days
    GROUP BY ALL
    HAVING count(*) = 7
),

service AS (
    SELECT DISTINCT source, service_code FROM marts.daily
),

weekly AS (
    SELECT
        source, service_code, day - (isodow(day)::INTEGER - 1) AS week,
        sum(requests - duplicates - info_only)::BIGINT AS opened,
        sum(closed)::BIGINT AS closed,
        sum(reopened)::BIGINT AS reopened,
        sum(gone)::BIGINT AS gone
    FROM marts.daily
    GROUP BY ALL
)

SELECT
    w.source, w.week, s.service_code,
    coalesce(n.service_name, s.service_code) AS service_name,
    coalesce(k.opened, 0) AS opened,
    coalesce(k.closed, 0) AS closed,
    coalesce(k.reopened, 0) AS reopened,
    coalesce(k.gone, 0) AS gone,
    coalesce(k.opened + k.reopened - k.closed - k.gone, 0) AS net,
    CASE WHEN k.opened > 0 THEN k.closed / k.opened END AS clearance
FROM week AS w
INNER JOIN service AS s ON s.source = w.source
LEFT JOIN weekly AS k
    ON k.source = w.source AND k.service_code = s.service_code AND k.week = w.week
LEFT JOIN marts.service_names AS n ON n.source = s.source AND n.service_code = s.service_code;

COMMENT ON VIEW marts.keeping_up_by_service IS 'As marts.keeping_up, for each service that ever had requests; weeks without any are zero';
COMMENT ON COLUMN marts.keeping_up_by_service.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.keeping_up_by_service.week IS 'Monday of the week, in the source''s zone';
COMMENT ON COLUMN marts.keeping_up_by_service.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.keeping_up_by_service.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.keeping_up_by_service.opened IS 'Counted requests made in that week';
COMMENT ON COLUMN marts.keeping_up_by_service.closed IS 'Closings in that week';
COMMENT ON COLUMN marts.keeping_up_by_service.reopened IS 'Reopenings in that week';
COMMENT ON COLUMN marts.keeping_up_by_service.gone IS 'Open requests that the source showed no longer';
COMMENT ON COLUMN marts.keeping_up_by_service.net IS 'By how much the backlog grew';
COMMENT ON COLUMN marts.keeping_up_by_service.clearance IS 'closed / opened; above 1 the backlog shrinks; null where nothing was opened';
