-- what:   what becomes of each staged entry (rules 3 and 4 of the data)
-- grain:  one row per staged entry
-- reads:  stage, service_requests
-- writes: temp table judged
CREATE OR REPLACE TEMP TABLE judged AS
WITH hashed AS (
    SELECT
        stage.rowid AS entry,
        reading_id, source, service_request_id, requested_datetime, updated_datetime,
        expected_datetime, seen_at, page_number,
        -- All that makes a version but the times, which are compared on their own (flapping offsets).
        -- The order of keys and white space make no version; md5 is the same in every release.
        md5_number_lower(concat_ws(
            chr(31),
            coalesce(token, ''), coalesce(status, ''), coalesce(status_notes, ''),
            coalesce(service_code, ''), coalesce(service_name, ''), coalesce(description, ''),
            coalesce(agency_responsible, ''), coalesce(service_notice, ''), coalesce(address, ''),
            coalesce(address_id, ''), coalesce(zipcode, ''), coalesce(lat::VARCHAR, ''),
            coalesce(long::VARCHAR, ''), coalesce(media_url, ''),
            coalesce(
                list_aggregate(
                    [e.key || ':' || coalesce(e.value::VARCHAR, '') FOR e IN list_sort(
                        map_entries(TRY_CAST(extended_attributes AS MAP(VARCHAR, JSON)))
                    ) IF e.value IS NOT NULL],
                    'string_agg', chr(30)
                ),
                extended_attributes::VARCHAR, ''
            ),
            coalesce(
                list_aggregate(
                    [concat_ws(
                        chr(29),
                        coalesce(epoch(TRY_CAST(n.datetime AS TIMESTAMPTZ))::VARCHAR, n.datetime, ''),
                        coalesce(n.type, ''), coalesce(n.summary, ''), coalesce(n.description, ''),
                        coalesce(n.extended_attributes::VARCHAR, '')
                    ) FOR n IN note_list],
                    'string_agg', chr(30)
                ),
                notes::VARCHAR, ''
            ),
            coalesce(attributes::VARCHAR, ''), coalesce(extra::VARCHAR, '')
        )) AS content_hash
    FROM stage
),

ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY source, service_request_id
            ORDER BY updated_datetime DESC NULLS LAST, seen_at DESC, page_number DESC, content_hash
        ) AS place
    FROM hashed
)

SELECT
    r.entry, r.reading_id, r.source, r.service_request_id, r.content_hash,
    CASE
        WHEN r.service_request_id IS NULL THEN 'pending'
        WHEN length(r.service_request_id) > 512 THEN 'quarantined'
        WHEN r.place > 1 THEN 'repeated'
        WHEN c.service_request_id IS NULL THEN 'new'
        WHEN
            c.gone_at IS NULL AND r.content_hash = c.content_hash
            AND (
                (
                    r.requested_datetime IS NOT DISTINCT FROM c.requested_datetime
                    AND r.updated_datetime IS NOT DISTINCT FROM c.updated_datetime
                    AND r.expected_datetime IS NOT DISTINCT FROM c.expected_datetime
                )
                OR flapped(
                    c.requested_datetime, r.requested_datetime,
                    c.updated_datetime, r.updated_datetime,
                    c.expected_datetime, r.expected_datetime
                )
            )
            THEN 'unchanged'
        WHEN r.updated_datetime < c.updated_datetime THEN 'stale'
        ELSE 'changed'
    END AS judgement
FROM ranked AS r
LEFT JOIN service_requests AS c
    ON c.source = r.source AND c.service_request_id = r.service_request_id;
