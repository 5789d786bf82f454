-- what:   what earlier readings prove of a server's ways
-- grain:  one row
-- reads:  etl.windows, etl.pages
-- writes: nothing
SELECT
    coalesce(max(ids + pending), 0)::BIGINT AS uncapped,
    -- Of whole days: an hour at noon says little of a day.
    coalesce(
        max((ids + pending) / date_diff('hour', window_start, window_end))
        FILTER (window_end - window_start >= INTERVAL 20 HOUR), 0
    )::DOUBLE AS rows_an_hour
FROM etl.windows
WHERE source = $source AND kind = 'window' AND service_code IS NULL
    AND verdict IN ('proven', 'provisional');
