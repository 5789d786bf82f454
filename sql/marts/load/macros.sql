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

-- Known keys: those of extended_attributes count first, then what the source serves beyond GeoReport.
-- Chicago has ward, police_district, channel, duplicate and parent_service_request_id (Q-ID-7,
-- Q-EXT-3), Boston duplicate_parent_service_request_id, others the rest.
CREATE OR REPLACE TEMP MACRO known_keys(j) AS
from_json(j, '{
    "ward": "VARCHAR", "council_district": "VARCHAR", "city_council_district": "VARCHAR",
    "supervisor_district": "VARCHAR", "community_area": "VARCHAR", "neighborhood": "VARCHAR",
    "neighbourhood": "VARCHAR", "district": "VARCHAR", "police_district": "VARCHAR",
    "channel": "VARCHAR", "source": "VARCHAR", "method_received": "VARCHAR", "origin": "VARCHAR",
    "duplicate": "VARCHAR", "parent_service_request_id": "VARCHAR",
    "duplicate_parent_service_request_id": "VARCHAR"
}');

CREATE OR REPLACE TEMP MACRO said(v) AS
CASE
    WHEN NOT list_contains(['', '0', 'null', 'N/A', 'n/a', 'Unknown', 'unknown'], trim(v)) THEN trim(v)
END;

CREATE OR REPLACE TEMP MACRO ward_in(k) AS
coalesce(
    said(k.ward), said(k.council_district), said(k.city_council_district), said(k.supervisor_district)
);

CREATE OR REPLACE TEMP MACRO area_in(k) AS
coalesce(
    said(k.community_area), said(k.neighborhood), said(k.neighbourhood), said(k.district),
    said(k.police_district)
);

CREATE OR REPLACE TEMP MACRO channel_in(k) AS
coalesce(said(k.channel), said(k.source), said(k.method_received), said(k.origin));

CREATE OR REPLACE TEMP MACRO parent_in(k) AS
coalesce(said(k.parent_service_request_id), said(k.duplicate_parent_service_request_id));

-- A duplicate is flagged, names its parent, or is called one in words ("Completed - Dup"); "not a
-- duplicate" is none.
CREATE OR REPLACE TEMP MACRO duplicate_of(flag, parent, status, status_notes) AS
coalesce(lower(said(flag)) IN ('true', '1', 'yes', 'y'), false)
OR parent IS NOT NULL
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

-- Spots: a grid of 111 m, as numbers. All that is within 55 m of a point lies in the spots of the
-- corners of the square of 110.2 m around it, because none is smaller than that square.
CREATE OR REPLACE TEMP MACRO spot_row(lat) AS floor(lat * 111320 / 111)::BIGINT;

CREATE OR REPLACE TEMP MACRO spot_in(r, long) AS
r * 10000000 + floor(long * 111320 * greatest(cos(radians((r + 0.5) * 111 / 111320)), 0.01) / 111)::BIGINT;

CREATE OR REPLACE TEMP MACRO spot_of(lat, long) AS spot_in(spot_row(lat), long);

CREATE OR REPLACE TEMP MACRO half_square(lat) AS
55.1 / (111320 * greatest(cos(radians(abs(lat) + 0.001)), 0.01));

CREATE OR REPLACE TEMP MACRO spots_around(lat, long) AS
[
    spot_in(spot_row(lat - 55.1 / 111320), long - half_square(lat)),
    spot_in(spot_row(lat - 55.1 / 111320), long + half_square(lat)),
    spot_in(spot_row(lat + 55.1 / 111320), long - half_square(lat)),
    spot_in(spot_row(lat + 55.1 / 111320), long + half_square(lat))
];

CREATE OR REPLACE TEMP MACRO metres(lat_a, long_a, lat_b, long_b) AS
111320 * sqrt(
    pow(lat_a - lat_b, 2) + pow((long_a - long_b) * cos(radians((lat_a + lat_b) / 2)), 2)
);
