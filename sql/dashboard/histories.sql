-- what:   requests with all their versions and notes
-- grain:  one row per request of $requests
-- reads:  marts.fact_service_requests, service_requests, service_request_versions, service_request_notes
-- writes: nothing
WITH wanted AS (
    SELECT unnest($sources::VARCHAR[]) AS source, unnest($requests::VARCHAR[]) AS service_request_id
),

version AS (
    SELECT
        v.source, v.service_request_id,
        list(
            {
                valid_from: v.valid_from, observed_at: v.observed_at, status: v.status,
                status_notes: v.status_notes, service_name: v.service_name,
                agency_responsible: v.agency_responsible, expected_datetime: v.expected_datetime,
                closed_datetime: v.closed_datetime, address: v.address,
                description: CASE WHEN $descriptions THEN v.description END, gone_at: v.gone_at
            }
            ORDER BY v.valid_from, v.observed_at
        ) AS versions
    FROM service_request_versions AS v
    INNER JOIN wanted AS w ON w.source = v.source AND w.service_request_id = v.service_request_id
    GROUP BY ALL
),

note AS (
    SELECT
        n.source, n.service_request_id,
        list(
            {
                note_datetime: n.note_datetime, type: n.type, summary: n.summary, description: n.description
            }
            ORDER BY n.note_number
        ) AS notes
    FROM service_request_notes AS n
    INNER JOIN wanted AS w ON w.source = n.source AND w.service_request_id = n.service_request_id
    GROUP BY ALL
)

SELECT
    f.source, f.service_request_id, f.service_code, f.service_name, f.service_group, f.status,
    f.requested_datetime, f.requested_date, f.updated_datetime, f.expected_datetime, f.closed_datetime,
    f.closed_date, f.address, f.ward, f.zipcode, f.channel, f.lat, f.long, f.is_duplicate, f.is_info_only,
    f.gone_at, r.status_notes, r.agency_responsible, r.media_url, r.first_seen_at, r.last_seen_at,
    CASE WHEN $descriptions THEN r.description END AS description,
    coalesce(v.versions, []) AS versions, coalesce(n.notes, []) AS notes
FROM marts.fact_service_requests AS f
INNER JOIN wanted AS w ON w.source = f.source AND w.service_request_id = f.service_request_id
INNER JOIN service_requests AS r ON r.source = f.source AND r.service_request_id = f.service_request_id
LEFT JOIN version AS v ON v.source = f.source AND v.service_request_id = f.service_request_id
LEFT JOIN note AS n ON n.source = f.source AND n.service_request_id = f.service_request_id
ORDER BY f.requested_datetime DESC NULLS LAST, f.source, f.service_request_id
