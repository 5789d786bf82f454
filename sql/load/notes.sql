-- what:   replaces the notes of new and changed requests
-- grain:  one row per note
-- reads:  incoming, stage, load_pages
-- writes: service_request_notes
DELETE FROM service_request_notes AS n
USING incoming AS i
WHERE
    i.judgement = 'changed'
    AND n.source = i.source AND n.service_request_id = i.service_request_id;

INSERT INTO service_request_notes BY NAME
WITH each_note AS (
    SELECT
        s.source, s.service_request_id,
        unnest(s.note_list) AS note,
        generate_subscripts(s.note_list, 1) AS note_number
    FROM incoming AS i
    INNER JOIN stage AS s ON s.rowid = i.entry
    WHERE len(s.note_list) > 0
),

ways AS (
    SELECT DISTINCT source, zone, utc_is_local FROM load_pages
)

SELECT
    n.source, n.service_request_id, n.note_number,
    instant(n.note.datetime, w.zone, w.utc_is_local) AS note_datetime,
    nullif(trim(n.note.type), '') AS type,
    nullif(trim(n.note.summary), '') AS summary,
    nullif(trim(n.note.description), '') AS description,
    n.note.extended_attributes AS extended_attributes
FROM each_note AS n
INNER JOIN ways AS w ON w.source = n.source
WHERE n.note IS NOT NULL;
