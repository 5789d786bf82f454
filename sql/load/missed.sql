-- what:   finds out an updated filter that leaves out what it should show (Q-DATE-2)
-- grain:  one row per reading by updated_datetime
-- reads:  judged, stage, load_readings, etl.windows
-- writes: etl.windows
-- Whatever changed in a later reading of the same run, but bears a time of update that the filter was
-- asked for, was not in its answer, or it would be known. The last hour is asked for again anyway.
UPDATE etl.windows AS f
SET
    verdict = 'suspect', tries = 1,
    reason = m.missed || ' requests changed without being shown by the updated filter'
FROM (
    SELECT w.reading_id, count(DISTINCT s.service_request_id) AS missed
    FROM judged AS j
    INNER JOIN stage AS s ON s.rowid = j.entry
    INNER JOIN load_readings AS r ON r.reading_id = j.reading_id
    INNER JOIN etl.windows AS w
        ON w.source = r.source AND w.run_id = r.run_id AND w.kind = 'follow'
        AND w.verdict IN ('proven', 'provisional') AND w.ended_at <= r.started_at
        AND s.updated_datetime >= w.window_start
        AND s.updated_datetime < w.window_end - INTERVAL 1 HOUR
    WHERE j.judgement = 'changed' AND r.kind <> 'follow'
    GROUP BY ALL
) AS m
WHERE f.reading_id = m.reading_id;
