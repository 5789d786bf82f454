-- what:   since when changes of known requests have not been asked for, and when to ask again
-- grain:  one row
-- reads:  etl.windows
-- writes: nothing
SELECT
    coalesce(
        max(window_end) FILTER (kind = 'follow' AND verdict IN ('proven', 'provisional')),
        min(started_at) FILTER (kind = 'window')
    ) AS followed_until,
    arg_max(next_try_at, ended_at) FILTER (kind = 'follow') AS next_try_at
FROM etl.windows
WHERE source = $source;
