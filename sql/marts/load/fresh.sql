-- what:   the touched requests as facts
-- grain:  one row per touched request
-- reads:  touched, noted, stated, first_spells, service_requests, services
-- writes: temp table fresh
CREATE OR REPLACE TEMP TABLE answered AS
WITH noted_answer AS (
    SELECT n.request, n.moment
    FROM noted AS n
    INNER JOIN touched AS t ON t.request = n.request
    WHERE
        n.moment >= t.requested_datetime
        AND n.type NOT IN ('submitted', 'opened', 'open', 'reopened')
),

-- Who has one version alone was never seen to change.
compared AS (
    SELECT
        request, valid_from, expected_datetime,
        row_number() OVER states > 1
        AND (
            status_notes IS DISTINCT FROM lag(status_notes) OVER states
            OR agency_responsible IS DISTINCT FROM lag(agency_responsible) OVER states
        ) AS answers
    FROM stated
    SEMI JOIN (SELECT request FROM stated WHERE NOT is_current) AS changed USING (request)
    WINDOW states AS (PARTITION BY request ORDER BY valid_from)
),

each AS (
    SELECT request, moment AS answered_at, NULL AS expected_datetime, NULL AS valid_from
    FROM noted_answer
    UNION ALL
    SELECT request, CASE WHEN answers THEN valid_from END, expected_datetime, valid_from FROM compared
)

SELECT
    request, min(answered_at) AS answered_at,
    arg_min(expected_datetime, valid_from) AS first_expected_datetime
FROM each
GROUP BY request;

CREATE OR REPLACE TEMP TABLE fresh AS
WITH known AS (
    SELECT
        t.request,
        r.*,
        known_keys(r.extended_attributes) AS e,
        known_keys(r.extra) AS x,
        timezone($zone, r.requested_datetime) AS requested_local,
        grid_row(r.lat) AS grid_row
    FROM service_requests AS r
    INNER JOIN touched AS t ON t.request = r.rowid
),

told AS (
    SELECT
        *,
        coalesce(parent_in(e), parent_in(x)) AS parent_service_request_id,
        floor(long / column_width(grid_row))::INTEGER AS grid_column
    FROM known
),

named AS (
    SELECT
        k.* EXCLUDE (service_code, service_name),
        coalesce(k.service_code, 'none') AS service_code,
        coalesce(s.service_name, k.service_name, k.service_code, 'none') AS service_name,
        coalesce(s.service_group, 'none') AS service_group,
        duplicate_of(
            coalesce(said(k.e.duplicate), k.x.duplicate), k.parent_service_request_id, k.status,
            k.status_notes
        ) AS is_duplicate,
        info_only(coalesce(s.service_name, k.service_name)) AS is_info_only
    FROM told AS k
    LEFT JOIN services AS s ON s.source = k.source AND s.service_code = k.service_code
)

SELECT
    k.request, k.source, k.service_request_id, k.service_code, k.service_name, k.service_group,
    k.agency_responsible, k.status,
    NOT ended(k.status) AND k.gone_at IS NULL AS is_open,
    ended(k.status) AS is_closed,
    k.requested_datetime, k.updated_datetime, k.expected_datetime,
    coalesce(a.first_expected_datetime, k.expected_datetime) AS first_expected_datetime,
    least(
        a.answered_at,
        CASE WHEN k.closed_datetime >= k.requested_datetime THEN k.closed_datetime END
    ) AS first_response_datetime,
    k.closed_datetime, k.closed_datetime_source,
    CASE WHEN is_closed THEN s.last_closed_datetime END AS last_closed_datetime,
    s.ended_datetime AS first_ended_datetime, s.ended_by AS first_ended_by,
    s.reopened_datetime AS first_reopened_datetime, s.reopened_count,
    k.requested_local::DATE AS requested_date,
    date_trunc('month', k.requested_local)::DATE AS requested_month,
    hour(k.requested_local)::INTEGER AS requested_hour,
    timezone($zone, k.updated_datetime)::DATE AS updated_date,
    timezone($zone, k.closed_datetime)::DATE AS closed_date,
    CASE
        WHEN s.ended_datetime = k.closed_datetime THEN closed_date
        ELSE timezone($zone, s.ended_datetime)::DATE
    END AS first_ended_date,
    CASE
        WHEN k.closed_datetime >= k.requested_datetime
            THEN (epoch_us(k.closed_datetime) - epoch_us(k.requested_datetime)) / 86400e6
    END AS days_to_close,
    k.is_duplicate, k.parent_service_request_id, k.is_info_only,
    NOT k.is_duplicate AND NOT k.is_info_only AS is_counted,
    k.gone_at IS NOT NULL AS is_gone, k.gone_at,
    lower(coalesce(channel_in(k.e), channel_in(k.x))) AS channel,
    coalesce(ward_in(k.e), ward_in(k.x)) AS ward,
    coalesce(area_in(k.e), area_in(k.x)) AS area,
    k.zipcode, k.address, k.lat, k.long,
    k.grid_row || ':' || k.grid_column AS cell,
    row_lat(k.grid_row) AS cell_lat,
    (k.grid_column + 0.5) * column_width(k.grid_row) AS cell_long,
    spot_of(k.lat, k.long) AS spot,
    k.first_seen_at
FROM named AS k
INNER JOIN first_spells AS s ON s.request = k.request
LEFT JOIN answered AS a ON a.request = k.request;
