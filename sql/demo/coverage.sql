-- what:   how much of the time is proven
-- grain:  one row
-- reads:  etl.coverage
-- writes: nothing
SELECT
    min(span_start) AS first_start,
    max(span_end) AS last_end,
    coalesce(sum(epoch_us(span_end - span_start)) FILTER (verdict = 'proven'), 0)
    / sum(epoch_us(span_end - span_start)) AS proven,
    count(*) FILTER (verdict NOT IN ('proven', 'provisional'))::BIGINT AS failed
FROM etl.coverage;
