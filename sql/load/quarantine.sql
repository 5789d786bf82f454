-- what:   keeps list entries that cannot be a request, with reason and bytes
-- grain:  one row per entry and page
-- reads:  judged, stage, load_rejects
-- writes: etl.quarantine
INSERT INTO etl.quarantine BY NAME
SELECT
    j.reading_id, j.source, s.page_sha256, NULL AS entry_number,
    'service_request_id of ' || length(j.service_request_id) || ' characters' AS reason,
    encode(j.service_request_id) AS raw, s.seen_at AS quarantined_at
FROM judged AS j
INNER JOIN stage AS s ON s.rowid = j.entry
WHERE j.judgement = 'quarantined'
UNION ALL BY NAME
SELECT reading_id, source, page_sha256, entry_number, reason, raw, quarantined_at
FROM load_rejects;
