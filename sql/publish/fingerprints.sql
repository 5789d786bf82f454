-- what:   the partitions that the lake must have, and what tells their content from another
-- grain:  one row per table, source and month (UTC) of requested_datetime; 0/0 where it has none
-- reads:  all tables of schema main
-- writes: nothing
-- Sums of hashes do not depend on the order of rows. Of the wide tables only what moves whenever the
-- rest does is hashed: content_hash and the times.
WITH requests AS (
    SELECT
        source,
        date_trunc('month', make_timestamp(epoch_us(requested_datetime))) AS month,
        count(*) AS rows,
        sum(hash(
            service_request_id, content_hash, requested_datetime, updated_datetime,
            expected_datetime, closed_datetime, first_seen_at, last_changed_at, gone_at
        )) AS content
    FROM service_requests
    GROUP BY ALL
),

monthly AS (
    SELECT 'service_requests' AS name, source, month, rows, content FROM requests
    UNION ALL
    -- Notes change only with the request that they belong to; how many they are, the writing tells.
    SELECT 'service_request_notes', source, month, 0, content FROM requests
    UNION ALL
    SELECT
        'service_request_versions',
        source,
        date_trunc('month', make_timestamp(epoch_us(requested_datetime))) AS month,
        count(*),
        sum(hash(
            service_request_id, content_hash, valid_from, valid_to, observed_at,
            requested_datetime, updated_datetime, expected_datetime, closed_datetime, gone_at
        ))
    FROM service_request_versions
    GROUP BY ALL
),

whole AS (
    SELECT 'services' AS name, source, count(*) AS rows, sum(hash(s)) AS content
    FROM (SELECT * EXCLUDE (last_seen_at, absences, definition_asked_at) FROM services) AS s
    GROUP BY ALL
    UNION ALL
    SELECT 'service_versions', source, count(*), sum(hash(s)) FROM service_versions AS s GROUP BY ALL
    UNION ALL
    SELECT 'service_attributes', source, count(*), sum(hash(s)) FROM service_attributes AS s
    GROUP BY ALL
    UNION ALL
    SELECT 'service_attribute_values', source, count(*), sum(hash(s))
    FROM service_attribute_values AS s
    GROUP BY ALL
    UNION ALL
    SELECT 'service_definition_versions', source, count(*), sum(hash(s))
    FROM service_definition_versions AS s
    GROUP BY ALL
    UNION ALL
    SELECT 'service_attribute_versions', source, count(*), sum(hash(s))
    FROM service_attribute_versions AS s
    GROUP BY ALL
    UNION ALL
    SELECT 'service_attribute_value_versions', source, count(*), sum(hash(s))
    FROM service_attribute_value_versions AS s
    GROUP BY ALL
)

SELECT
    name, source,
    coalesce(year(month), 0) AS year,
    coalesce(month(month), 0) AS month,
    epoch(month)::BIGINT AS month_start,
    epoch(month + INTERVAL 1 MONTH)::BIGINT AS month_end,
    rows, content::VARCHAR AS content
FROM monthly
UNION ALL BY NAME
SELECT name, source, rows, content::VARCHAR AS content FROM whole
ORDER BY name, source, year, month;
