-- what:   the list entries of the landed pages of one load, as typed rows
-- grain:  one row per list entry, in no order
-- reads:  landed files ($files), load_pages
-- writes: temp table stage
CREATE OR REPLACE TEMP TABLE stage AS
WITH entry AS (
    SELECT p.*, r.m
    FROM read_json(
        $files,
        format = 'array',
        records = false,
        columns = {m: 'MAP(VARCHAR, JSON)'},
        filename = true,
        maximum_object_size = $largest
    ) AS r
    INNER JOIN load_pages AS p ON p.file = r.filename
),

named AS (
    SELECT
        reading_id, reading_number, source, page_sha256, page_number, seen_at, m,
        words(m['service_request_id']) AS service_request_id,
        words(m['token']) AS token,
        lower(words(m['status'])) AS status,
        coalesce(words(m['status_notes']), words(m['status_note'])) AS status_notes,
        words(m['service_code']) AS service_code,
        words(m['service_name']) AS service_name,
        words(m['description']) AS description,
        CASE
            WHEN starts_with(m['agency_responsible'], '{') THEN coalesce(
                list_aggregate(m['agency_responsible'] ->> '$.recipient[*]', 'string_agg', ', '),
                words(m['agency_responsible'])
            )
            ELSE words(m['agency_responsible'])
        END AS agency_responsible,
        words(m['service_notice']) AS service_notice,
        words(m['requested_datetime']) AS requested_text,
        coalesce(words(m['updated_datetime']), words(m['update_datetime'])) AS updated_text,
        words(m['expected_datetime']) AS expected_text,
        coalesce(words(m['address']), words(m['address_string'])) AS address,
        coalesce(words(m['address_id']), words(m['adress_id'])) AS address_id,
        coalesce(words(m['zipcode']), words(m['zip_code'])) AS zipcode,
        words(m['lat']) AS lat_text,
        coalesce(words(m['long']), words(m['lon'])) AS long_text,
        coalesce(starts_with(m['media_url'], '['), false) AS many_media,
        m['extended_attributes'] AS extended_attributes,
        m['notes'] AS notes,
        m['attributes'] AS attributes,
        list_filter(
            map_entries(m),
            lambda e: e.key NOT IN (
                'service_request_id', 'token', 'status', 'status_notes', 'status_note',
                'service_code', 'service_name', 'description', 'agency_responsible',
                'service_notice', 'requested_datetime', 'updated_datetime', 'update_datetime',
                'expected_datetime', 'address', 'address_string', 'address_id', 'adress_id',
                'zipcode', 'zip_code', 'lat', 'long', 'lon', 'extended_attributes', 'notes',
                'attributes', 'media_url'
            ) AND e.value IS NOT NULL AND e.value <> '""'
        ) AS others
    FROM entry
),

valued AS (
    SELECT
        *,
        instant(requested_text, $zone, $utc_is_local) AS requested_datetime,
        instant(updated_text, $zone, $utc_is_local) AS updated_datetime,
        instant(expected_text, $zone, $utc_is_local) AS expected_datetime,
        on_globe(TRY_CAST(lat_text AS DOUBLE), TRY_CAST(long_text AS DOUBLE)) AS placed
    FROM named
),

whole AS (
    SELECT
        reading_id, reading_number, source, page_sha256, page_number, seen_at,
        service_request_id, token, status, status_notes, service_code, service_name, description,
        agency_responsible, service_notice, requested_datetime, updated_datetime,
        expected_datetime, address, address_id, zipcode,
        CASE WHEN placed THEN TRY_CAST(lat_text AS DOUBLE) END AS lat,
        CASE WHEN placed THEN TRY_CAST(long_text AS DOUBLE) END AS long,
        CASE
            WHEN many_media
                THEN coalesce(m['media_url'] ->> '$[0].url', words(m['media_url'] -> '$[0]'))
            ELSE words(m['media_url'])
        END AS media_url,
        extended_attributes, notes, attributes,
        -- What did not fit its column stays readable beside what has no column.
        CASE
            WHEN
                len(others) > 0
                OR many_media
                OR (NOT placed AND coalesce(lat_text, long_text) IS NOT NULL)
                OR (requested_text IS NOT NULL AND requested_datetime IS NULL)
                OR (updated_text IS NOT NULL AND updated_datetime IS NULL)
                OR (expected_text IS NOT NULL AND expected_datetime IS NULL)
                THEN
                    to_json(map_from_entries(list_concat(
                        others,
                        [
                            e FOR e IN map_entries(m) IF
                            (e.key IN ('lat', 'long', 'lon') AND NOT placed
                                AND e.value IS NOT NULL AND e.value <> '""')
                            OR (e.key = 'requested_datetime' AND requested_text IS NOT NULL
                                AND requested_datetime IS NULL)
                            OR (e.key IN ('updated_datetime', 'update_datetime')
                                AND updated_text IS NOT NULL AND updated_datetime IS NULL)
                            OR (e.key = 'expected_datetime' AND expected_text IS NOT NULL
                                AND expected_datetime IS NULL)
                            OR (e.key = 'media_url' AND many_media)
                        ]
                    )))
        END AS extra
    FROM valued
)

SELECT
    *,
    -- Equal hashes say the same; what differs in it may still mean the same (compare.sql).
    hash(
        token, status, status_notes, service_code, service_name, description,
        agency_responsible, service_notice, requested_datetime, updated_datetime,
        expected_datetime, address, address_id, zipcode, lat, long, media_url,
        extended_attributes, notes, attributes, extra
    ) AS content_hash
FROM whole;
