-- what:   what each pull read and what became of it
-- grain:  one row per run, oldest first
-- reads:  etl.runs, etl.windows
-- writes: nothing
WITH read AS (
    SELECT
        run_id,
        count(*) FILTER (kind = 'window')::BIGINT AS windows,
        sum(records)::BIGINT AS entries,
        sum(new)::BIGINT AS new,
        sum(changed)::BIGINT AS changed,
        sum(unchanged + repeated + stale)::BIGINT AS known,
        coalesce(sum(pending) FILTER (kind = 'window'), 0)::BIGINT AS pending
    FROM etl.windows
    GROUP BY run_id
)

SELECT
    r.as_of, w.windows, w.entries, w.new, w.changed, w.known, w.pending,
    epoch_us(r.ended_at - r.started_at) / 1e6 AS seconds,
    w.entries / (epoch_us(r.ended_at - r.started_at) / 1e6) AS rows_per_second
FROM etl.runs AS r
INNER JOIN read AS w ON w.run_id = r.run_id
ORDER BY r.started_at;
