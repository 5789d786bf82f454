-- what:     sources whose requests are not as many as the ledger says were new
-- grain:    one row per source
-- reads:    etl.windows, service_requests
-- writes:   nothing
-- severity: error
-- when:     each pull
-- do:       keep the file aside and rebuild the warehouse from landing; if it comes back, report it
WITH told AS (
    SELECT source, sum(new)::BIGINT AS told FROM etl.windows WHERE kind <> 'catalog' GROUP BY source
),

stored AS (
    SELECT source, count(*) AS stored FROM service_requests GROUP BY source
)

SELECT source, coalesce(t.told, 0) AS told, coalesce(s.stored, 0) AS stored
FROM told AS t
FULL JOIN stored AS s USING (source)
WHERE source = coalesce($source, source) AND coalesce(t.told, 0) <> coalesce(s.stored, 0);
