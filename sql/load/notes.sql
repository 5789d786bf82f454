-- what:   replaces the notes of new and changed requests
-- grain:  one row per note
-- reads:  incoming, stage
-- writes: service_request_notes
DELETE FROM service_request_notes AS n
USING incoming AS i
WHERE
    i.judgement = 'changed'
    AND n.source = i.source AND n.service_request_id = i.service_request_id;

INSERT INTO service_request_notes BY NAME
WITH each_note AS (
    SELECT
        i.source, i.service_request_id, s.seen_at AS observed_at,
        unnest(i.note_list) AS note,
        generate_subscripts(i.note_list, 1) AS note_number
    FROM incoming AS i
    INNER JOIN stage AS s ON s.rowid = i.entry
    WHERE len(i.note_list) > 0
)

SELECT
    source, service_request_id, note_number,
    instant(note.datetime, $zone, $utc_is_local) AS note_datetime,
    nullif(trim(note.type), '') AS type,
    nullif(trim(note.summary), '') AS summary,
    nullif(trim(note.description), '') AS description,
    note.extended_attributes AS extended_attributes,
    coalesce(
        words(note.extended_attributes -> '$.child_service_request_id'),
        words(note.extended_attributes -> '$.child_request_id'),
        words(note.extended_attributes -> '$.service_request_id'),
        words(note.extended_attributes -> '$.id'),
        named_id(concat_ws(' ', note.summary, note.description), service_request_id)
    ) AS child_service_request_id,
    observed_at
FROM each_note
WHERE note IS NOT NULL;
