-- what:     fields of the newest week that are filled far less than in the eight weeks before
-- grain:    one row per source and field
-- reads:    marts.fact_service_requests, marts.as_of
-- writes:   nothing
-- severity: warning
-- when:     each pull
-- do:       see what the source serves for them now: a field that was renamed belongs into the profile or into sql/marts/load/macros.sql
WITH filled AS (
    SELECT
        f.source, f.requested_date > a.last_whole_day - 7 AS is_new,
        count(*) AS n,
        count(f.lat) / count(*) AS location,
        count(f.ward) / count(*) AS ward,
        count(f.first_expected_datetime) / count(*) AS expected_datetime,
        count(f.channel) / count(*) AS channel,
        count(f.address) / count(*) AS address
    FROM marts.fact_service_requests AS f
    INNER JOIN marts.as_of AS a ON a.source = f.source
    WHERE
        f.source = coalesce($source, f.source)
        AND f.requested_date BETWEEN a.last_whole_day - 62 AND a.last_whole_day
    GROUP BY ALL
),

rate AS (
    UNPIVOT filled ON location, ward, expected_datetime, channel, address
    INTO NAME field VALUE share
)

SELECT n.source, n.field, n.n, n.share AS share_now, b.share AS share_before
FROM rate AS n
INNER JOIN rate AS b ON b.source = n.source AND b.field = n.field AND NOT b.is_new
WHERE n.is_new AND n.n >= 50 AND b.n >= 50 AND n.share < b.share - 0.2;
