-- what:   how vendors say the same things, in one place: which status ends a request, where ward,
--         channel and duplicate hide
-- grain:  -
-- reads:  nothing
-- writes: temporary macros
-- The words that end a request. GeoReport has closed alone; others are seen (Q-STAT-1).
CREATE OR REPLACE TEMP MACRO ended(status) AS
coalesce(
    status IN (
        'closed', 'completed', 'complete', 'resolved', 'fixed', 'done', 'finished', 'duplicate',
        'rejected', 'cancelled', 'canceled', 'archived', 'not responsible'
    )
    OR starts_with(status, 'closed') OR starts_with(status, 'completed'),
    false
);

-- Values of known keys: of extended_attributes first, then of what the source serves beyond
-- GeoReport. Chicago has ward, police_district, channel, duplicate and parent_service_request_id
-- (Q-ID-7, Q-EXT-3), Boston duplicate_parent_service_request_id, others the rest.
CREATE OR REPLACE TEMP MACRO known_values(j) AS
json_extract_string(j, [
    '$.ward', '$.council_district', '$.city_council_district', '$.supervisor_district',
    '$.community_area', '$.neighborhood', '$.neighbourhood', '$.district', '$.police_district',
    '$.channel', '$.source', '$.method_received', '$.origin',
    '$.duplicate', '$.parent_service_request_id', '$.duplicate_parent_service_request_id'
]);

CREATE OR REPLACE TEMP MACRO plain(t) AS
CASE WHEN trim(t) NOT IN ('', '0', 'null', 'N/A', 'n/a', 'Unknown', 'unknown') THEN trim(t) END;

CREATE OR REPLACE TEMP MACRO ward_of(e, x) AS
coalesce(
    plain(e[1]), plain(e[2]), plain(e[3]), plain(e[4]),
    plain(x[1]), plain(x[2]), plain(x[3]), plain(x[4])
);

CREATE OR REPLACE TEMP MACRO area_of(e, x) AS
coalesce(
    plain(e[5]), plain(e[6]), plain(e[7]), plain(e[8]), plain(e[9]),
    plain(x[5]), plain(x[6]), plain(x[7]), plain(x[8]), plain(x[9])
);

CREATE OR REPLACE TEMP MACRO channel_of(e, x) AS
lower(coalesce(
    plain(e[10]), plain(e[11]), plain(e[12]), plain(e[13]),
    plain(x[10]), plain(x[11]), plain(x[12]), plain(x[13])
));

CREATE OR REPLACE TEMP MACRO parent_of(e, x) AS
coalesce(plain(e[15]), plain(e[16]), plain(x[15]), plain(x[16]));

-- A duplicate is flagged, names its parent, or is called one in words ("Completed - Dup"); "not a
-- duplicate" is none.
CREATE OR REPLACE TEMP MACRO duplicate_of(e, x, status, status_notes) AS
coalesce(lower(coalesce(e[14], x[14])) IN ('true', '1', 'yes', 'y'), false)
OR parent_of(e, x) IS NOT NULL
OR coalesce(
    regexp_matches(concat_ws(' ', status, status_notes), '\bdup(licate)?\b', 'i')
    AND NOT regexp_matches(concat_ws(' ', status, status_notes), '\b(not?|never) (an? )?dup', 'i'),
    false
);

CREATE OR REPLACE TEMP MACRO info_only(service_name) AS
coalesce(regexp_matches(service_name, '\binfo(rmation)?[- ]only\b', 'i'), false);

-- The grid: rows of 500 m from the equator, in each of them columns of 500 m from Greenwich.
CREATE OR REPLACE TEMP MACRO grid_row(lat) AS floor(lat * 111320 / 500)::INTEGER;

CREATE OR REPLACE TEMP MACRO row_lat(r) AS (r + 0.5) * 500 / 111320;

CREATE OR REPLACE TEMP MACRO column_width(r) AS
500 / (111320 * greatest(cos(radians(row_lat(r))), 0.01));
