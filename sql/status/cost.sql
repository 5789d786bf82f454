-- what:   what reading a source has cost so far
-- grain:  one row
-- reads:  etl.windows
-- writes: nothing
SELECT
    coalesce(sum(pages), 0)::BIGINT AS pages,
    coalesce(
        sum(epoch_us(window_end) - epoch_us(window_start)) / 3600e6, 0
    )::DOUBLE AS hours,
    count(*)::BIGINT AS readings
FROM etl.windows
WHERE source = $source AND kind = 'window';
