-- what:     sources of which more than one entry in a hundred of the last run could not be stored
-- grain:    one row per source
-- reads:    etl.windows, etl.runs
-- writes:   nothing
-- severity: warning
-- when:     each pull
-- do:       see etl.quarantine for reasons and bytes: the source's dialect may have changed
WITH last_run AS (
    SELECT source, arg_max(run_id, started_at) AS run_id FROM etl.runs GROUP BY source
)

SELECT w.source, sum(w.quarantined)::BIGINT AS quarantined, sum(w.records)::BIGINT AS records
FROM etl.windows AS w
INNER JOIN last_run AS r ON r.run_id = w.run_id
WHERE w.source = coalesce($source, w.source) AND w.kind <> 'catalog'
GROUP BY w.source
HAVING sum(w.quarantined) > 0.01 * sum(w.records);
