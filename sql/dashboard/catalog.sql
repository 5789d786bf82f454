-- what:   how the catalog changed since it was first seen: services that came, went or have another name
-- grain:  one row per change of a service
-- reads:  service_versions
-- writes: nothing
WITH version AS (
    SELECT
        service_code, service_name, service_group, valid_from, listed, retired_at,
        lag(service_name) OVER service AS name_before, lag(service_group) OVER service AS group_before,
        lag(retired_at) OVER service AS retired_before, lag(listed) OVER service AS listed_before,
        row_number() OVER service AS number, min(valid_from) OVER () AS first_seen
    FROM service_versions
    WHERE source = $source
    WINDOW service AS (PARTITION BY service_code ORDER BY valid_from)
)

SELECT
    valid_from AS seen_at, service_code, service_name,
    CASE
        WHEN number = 1 AND NOT listed THEN 'seen in requests, not in the list'
        WHEN number = 1 THEN 'new'
        WHEN retired_at IS NOT NULL AND retired_before IS NULL THEN 'no longer offered'
        WHEN retired_at IS NULL AND retired_before IS NOT NULL THEN 'offered again'
        WHEN listed AND NOT listed_before THEN 'now in the list'
        WHEN service_name IS DISTINCT FROM name_before THEN 'renamed, was ' || coalesce(name_before, '(none)')
        WHEN service_group IS DISTINCT FROM group_before THEN 'moved, was in ' || coalesce(group_before, '(none)')
        ELSE 'its description changed'
    END AS change
FROM version
WHERE number > 1 OR valid_from > first_seen
ORDER BY seen_at DESC, service_code
LIMIT $most
