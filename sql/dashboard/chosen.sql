-- what:   the spells for which requests were open, with the request's traits, as the dashboard counts
-- grain:  one row per request and spell; the first spell stands for the request
-- reads:  marts.fact_service_requests, marts.open_spells, marts.as_of
-- writes: nothing; the page's SQL begins with it
SELECT
    f.source, f.service_request_id, f.service_code, f.service_name, f.service_group, f.status,
    f.channel, f.ward, f.is_duplicate, f.is_info_only, f.requested_date, f.cell, f.cell_lat, f.cell_long,
    -- Where in its cell: in eighths, from the south and the west; places to about 60 m.
    greatest(0, least(7, floor((f.lat - f.cell_lat) * 111320 / 62.5 + 4)))::INTEGER AS spot_row,
    greatest(0, least(7, floor(
        (f.long - f.cell_long) * 111320 * greatest(cos(radians(f.cell_lat)), 0.01) / 62.5 + 4
    )))::INTEGER AS spot_column,
    a.as_of, coalesce(s.spell, 1) AS spell, coalesce(s.opened_date, f.requested_date) AS opened_date,
    CASE
        WHEN s.ended_by IS NOT NULL THEN s.ended_by
        WHEN f.is_closed THEN 'closed, when unknown'
        ELSE 'open'
    END AS fate,
    -- What ended before it began is counted on the day it began, and in no duration.
    CASE WHEN s.ended_by IS NOT NULL THEN greatest(s.ended_date, s.opened_date) END AS ended_date,
    date_diff('second', coalesce(s.opened_datetime, f.requested_datetime), coalesce(s.ended_datetime, a.as_of)) AS seconds,
    -- Whole hours up to 30 days, whole days beyond.
    CASE
        WHEN seconds < 0 OR fate = 'closed, when unknown' THEN NULL
        WHEN seconds < 2592000 THEN seconds // 3600
        ELSE least(seconds // 86400, 2700) * 24
    END::INTEGER AS hours,
    seconds BETWEEN 0 AND 14 * 86400 AND fate = 'closed' AS is_prompt,
    CASE
        WHEN f.first_expected_datetime IS NULL THEN 'none'
        WHEN f.first_expected_datetime > a.as_of THEN 'not due'
        WHEN f.days_to_close IS NULL AND (f.closed_datetime IS NOT NULL OR NOT f.is_open) THEN 'none'
        WHEN f.closed_datetime <= f.first_expected_datetime THEN 'met'
        ELSE 'late'
    END AS target
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
LEFT JOIN marts.open_spells AS s
    ON s.source = f.source AND s.service_request_id = f.service_request_id
WHERE f.requested_date IS NOT NULL
