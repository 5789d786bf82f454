-- what:   what one run loaded
-- grain:  one row
-- reads:  etl.windows
-- writes: nothing
SELECT
    count(*) FILTER (kind = 'window')::BIGINT AS windows,
    count(*) FILTER (verdict = 'proven' AND kind = 'window')::BIGINT AS proven,
    count(*) FILTER (verdict = 'provisional' AND kind = 'window')::BIGINT AS provisional,
    count(*) FILTER (verdict = 'suspect')::BIGINT AS suspect,
    count(*) FILTER (verdict = 'blocked')::BIGINT AS blocked,
    coalesce(sum(records), 0)::BIGINT AS records,
    coalesce(sum(new), 0)::BIGINT AS new,
    coalesce(sum(changed), 0)::BIGINT AS changed,
    coalesce(sum(unchanged), 0)::BIGINT AS unchanged,
    coalesce(sum(stale), 0)::BIGINT AS stale,
    coalesce(sum(repeated), 0)::BIGINT AS repeated,
    coalesce(sum(pending), 0)::BIGINT AS pending,
    coalesce(sum(quarantined), 0)::BIGINT AS quarantined,
    coalesce(sum(pages), 0)::BIGINT AS pages
FROM etl.windows
WHERE run_id = $run_id;
