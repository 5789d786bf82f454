-- what:   the touched requests, flat, as far as their newest version and their answers tell
-- grain:  one row per touched request
-- reads:  touched, service_requests, service_request_versions, service_request_notes, services
-- writes: temp table fresh
CREATE OR REPLACE TEMP TABLE fresh AS
WITH answered AS (
    SELECT n.service_request_id, min(n.note_datetime) AS moment
    FROM service_request_notes AS n
    SEMI JOIN touched AS t ON t.service_request_id = n.service_request_id
    INNER JOIN service_requests AS r
        ON r.source = n.source AND r.service_request_id = n.service_request_id
    WHERE
        n.source = $source AND n.note_datetime >= r.requested_datetime
        AND coalesce(lower(n.type), '') NOT IN ('submitted', 'opened', 'open', 'reopened')
    GROUP BY ALL
),

stated AS (
    SELECT
        v.service_request_id, v.valid_from, v.expected_datetime,
        row_number() OVER states > 1
        AND (
            v.status_notes IS DISTINCT FROM lag(v.status_notes) OVER states
            OR v.agency_responsible IS DISTINCT FROM lag(v.agency_responsible) OVER states
        ) AS answers
    FROM service_request_versions AS v
    SEMI JOIN touched AS t ON t.service_request_id = v.service_request_id
    WHERE v.source = $source
    WINDOW states AS (PARTITION BY v.service_request_id ORDER BY v.valid_from)
),

told AS (
    SELECT
        service_request_id,
        min(valid_from) FILTER (answers) AS answered_at,
        arg_min(expected_datetime, valid_from) AS first_expected_datetime
    FROM stated
    GROUP BY ALL
),

known AS (
    SELECT
        r.*,
        known_values(r.extended_attributes) AS e,
        known_values(r.extra) AS x,
        grid_row(r.lat) AS grid_row
    FROM service_requests AS r
    SEMI JOIN touched AS t ON t.service_request_id = r.service_request_id
    WHERE r.source = $source
),

placed AS (
    SELECT *, floor(long / column_width(grid_row))::INTEGER AS grid_column FROM known
)

SELECT
    p.source, p.service_request_id,
    coalesce(p.service_code, 'none') AS service_code,
    coalesce(s.service_name, p.service_name, p.service_code, 'none') AS service_name,
    coalesce(s.service_group, 'none') AS service_group,
    p.agency_responsible, p.status,
    NOT ended(p.status) AND p.gone_at IS NULL AS is_open,
    ended(p.status) AS is_closed,
    p.requested_datetime, p.updated_datetime, p.expected_datetime,
    coalesce(t.first_expected_datetime, p.expected_datetime) AS first_expected_datetime,
    least(
        a.moment, t.answered_at,
        CASE WHEN p.closed_datetime >= p.requested_datetime THEN p.closed_datetime END
    ) AS first_response_datetime,
    p.closed_datetime, p.closed_datetime_source,
    timezone($zone, p.requested_datetime) AS requested_local,
    timezone($zone, p.updated_datetime)::DATE AS updated_date,
    timezone($zone, p.closed_datetime)::DATE AS closed_date,
    CASE
        WHEN p.closed_datetime >= p.requested_datetime
            THEN (epoch_us(p.closed_datetime) - epoch_us(p.requested_datetime)) / 86400e6
    END AS days_to_close,
    duplicate_of(p.e, p.x, p.status, p.status_notes) AS is_duplicate,
    parent_of(p.e, p.x) AS parent_service_request_id,
    info_only(coalesce(s.service_name, p.service_name)) AS is_info_only,
    p.gone_at IS NOT NULL AS is_gone, p.gone_at,
    channel_of(p.e, p.x) AS channel,
    ward_of(p.e, p.x) AS ward,
    area_of(p.e, p.x) AS area,
    p.zipcode, p.address, p.lat, p.long,
    p.grid_row || ':' || p.grid_column AS cell,
    row_lat(p.grid_row) AS cell_lat,
    (p.grid_column + 0.5) * column_width(p.grid_row) AS cell_long,
    p.first_seen_at, p.last_seen_at
FROM placed AS p
LEFT JOIN services AS s ON s.source = p.source AND s.service_code = p.service_code
LEFT JOIN answered AS a ON a.service_request_id = p.service_request_id
LEFT JOIN told AS t ON t.service_request_id = p.service_request_id;
