-- what:     sources whose marts do not hold what the tables do
-- grain:    one row per source and figure
-- reads:    service_requests, marts.fact_service_requests, marts.daily, marts.open_spells
-- writes:   nothing
-- severity: error
-- when:     each pull
-- do:       run "open311-etl publish", which makes them anew where they do not fit
WITH figure AS (
    SELECT source, 'requests' AS figure, count(*) AS expected FROM service_requests GROUP BY source
    UNION ALL
    SELECT source, 'dated', count(requested_datetime) FROM service_requests GROUP BY source
    UNION ALL
    SELECT source, 'backlog', count(*) FROM marts.open_spells
    WHERE ended_by IS NULL AND is_counted AND opened_date IS NOT NULL
    GROUP BY source
),

found AS (
    SELECT source, 'requests' AS figure, count(*) AS found
    FROM marts.fact_service_requests
    GROUP BY source
    UNION ALL
    SELECT source, 'dated', sum(requests) FROM marts.daily GROUP BY source
    UNION ALL
    SELECT source, 'backlog', sum(requests - duplicates - info_only + reopened - closed - gone)
    FROM marts.daily
    GROUP BY source
)

SELECT source, figure, coalesce(e.expected, 0) AS expected, coalesce(f.found, 0)::BIGINT AS found
FROM figure AS e
FULL JOIN found AS f USING (source, figure)
WHERE
    source = coalesce($source, source) AND coalesce(e.expected, 0) <> coalesce(f.found, 0);
