-- what:   requests that repeat another one or follow from it, and which one that is (Q-ID-7)
-- grain:  one row per request that is a duplicate, has a parent, or is named by a note
-- reads:  service_requests, service_request_notes
-- writes: view service_request_parents
CREATE OR REPLACE VIEW service_request_parents AS
WITH said AS (
    SELECT
        source, service_request_id,
        coalesce(
            extended_attributes ->> '$.duplicate_parent_service_request_id',
            extra ->> '$.duplicate_parent_service_request_id'
        ) AS duplicate_parent,
        coalesce(
            extended_attributes ->> '$.parent_service_request_id',
            extra ->> '$.parent_service_request_id'
        ) AS parent,
        coalesce(extended_attributes ->> '$.duplicate', extra ->> '$.duplicate') AS flag,
        coalesce(regexp_matches(status_notes, '(?i)duplicate|dupe\b'), false) AS written,
        CASE
            WHEN
                length(service_request_id) >= 5
                AND regexp_matches(status_notes, '(?i)duplicate|dupe\b|parent|merged|same as')
                -- The first word of the text that is shaped like an id and is another one.
                THEN list_filter(
                    regexp_extract_all(status_notes, '[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*'),
                    lambda w: w <> service_request_id
                    AND regexp_replace(regexp_replace(w, '\d', '9', 'g'), '[A-Za-z]', 'a', 'g')
                    = regexp_replace(
                        regexp_replace(service_request_id, '\d', '9', 'g'), '[A-Za-z]', 'a', 'g'
                    )
                )[1]
        END AS text_parent
    FROM service_requests
),

own AS (
    SELECT
        source, service_request_id,
        coalesce(nullif(duplicate_parent, ''), nullif(parent, ''), text_parent)
            AS parent_service_request_id,
        lower(coalesce(flag, '')) IN ('true', '1', 'yes') OR coalesce(duplicate_parent, '') <> ''
        OR written AS duplicate,
        CASE
            WHEN coalesce(duplicate_parent, '') <> '' THEN 'duplicate_parent_service_request_id'
            WHEN coalesce(parent, '') <> '' THEN 'parent_service_request_id'
            WHEN text_parent IS NOT NULL THEN 'status_notes'
        END AS named_in
    FROM said
),

noted AS (
    SELECT
        n.source, n.child_service_request_id AS service_request_id,
        min(n.service_request_id) AS parent_service_request_id, false AS duplicate,
        'notes of the parent' AS named_in
    FROM service_request_notes AS n
    ANTI JOIN own AS o
        ON o.source = n.source AND o.service_request_id = n.child_service_request_id
        AND (o.parent_service_request_id IS NOT NULL OR o.duplicate)
    WHERE n.child_service_request_id IS NOT NULL
    GROUP BY ALL
)

SELECT e.*, p.service_request_id IS NOT NULL AS parent_known
FROM (
    SELECT * FROM own WHERE parent_service_request_id IS NOT NULL OR duplicate
    UNION ALL
    SELECT * FROM noted
) AS e
LEFT JOIN service_requests AS p
    ON p.source = e.source AND p.service_request_id = e.parent_service_request_id;

COMMENT ON VIEW service_request_parents IS 'Requests that repeat another one or follow from it, resolved to the other one''s id where the source names it';
COMMENT ON COLUMN service_request_parents.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN service_request_parents.service_request_id IS 'The source''s id of the request, as text';
COMMENT ON COLUMN service_request_parents.parent_service_request_id IS 'The request that it repeats or follows from; null where a duplicate does not name it';
COMMENT ON COLUMN service_request_parents.duplicate IS 'True where the source calls it a duplicate';
COMMENT ON COLUMN service_request_parents.named_in IS 'Where the parent is named: the key of extended_attributes, status_notes (by the shape of an id), or the notes of the parent';
COMMENT ON COLUMN service_request_parents.parent_known IS 'True where the parent is in service_requests';
