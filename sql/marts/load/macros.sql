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
[
    CASE WHEN trim(v) NOT IN ('', '0', 'null', 'N/A', 'n/a', 'Unknown', 'unknown') THEN trim(v) END
    FOR v IN json_extract_string(j, [
        '$.ward', '$.council_district', '$.city_council_district', '$.supervisor_district',
        '$.community_area', '$.neighborhood', '$.neighbourhood', '$.district', '$.police_district',
        '$.channel', '$.source', '$.method_received', '$.origin',
        '$.duplicate', '$.parent_service_request_id', '$.duplicate_parent_service_request_id'
    ])
];

CREATE OR REPLACE TEMP MACRO ward_of(e, x) AS
coalesce(e[1], e[2], e[3], e[4], x[1], x[2], x[3], x[4]);

CREATE OR REPLACE TEMP MACRO area_of(e, x) AS
coalesce(e[5], e[6], e[7], e[8], e[9], x[5], x[6], x[7], x[8], x[9]);

CREATE OR REPLACE TEMP MACRO channel_of(e, x) AS
lower(coalesce(e[10], e[11], e[12], e[13], x[10], x[11], x[12], x[13]));

CREATE OR REPLACE TEMP MACRO parent_of(e, x) AS coalesce(e[15], e[16], x[15], x[16]);

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

-- Spots: a grid of 55 m, as numbers; and all spots that 55 m around a point touch.
CREATE OR REPLACE TEMP MACRO spot_width(r) AS
55 / (111320 * greatest(cos(radians((r + 0.5) * 55 / 111320)), 0.01));

CREATE OR REPLACE TEMP MACRO spot_in(r, long) AS
r * 10000000 + floor(long / spot_width(r))::BIGINT;

CREATE OR REPLACE TEMP MACRO spot(lat, long) AS
spot_in(floor(lat * 111320 / 55)::BIGINT, long);

CREATE OR REPLACE TEMP MACRO spots_around(lat, long) AS
list_distinct(flatten([
    generate_series(
        spot_in(r, long - 55.1 / (111320 * greatest(cos(radians(abs(lat) + 0.001)), 0.01))),
        spot_in(r, long + 55.1 / (111320 * greatest(cos(radians(abs(lat) + 0.001)), 0.01)))
    )
    FOR r IN generate_series(
        floor(lat * 111320 / 55)::BIGINT - 1, floor(lat * 111320 / 55)::BIGINT + 1
    )
]));

CREATE OR REPLACE TEMP MACRO metres(lat_a, long_a, lat_b, long_b) AS
111320 * sqrt(
    pow(lat_a - lat_b, 2) + pow((long_a - long_b) * cos(radians((lat_a + lat_b) / 2)), 2)
);
