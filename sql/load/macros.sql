-- what:   how texts become values; the same for every source
-- grain:  -
-- reads:  nothing
-- writes: temporary macros
CREATE OR REPLACE TEMP MACRO words(j) AS nullif(trim(j ->> '$'), '');

-- A time as text becomes an instant. Without an offset it is local to the zone (Q-TIME-1); where the
-- source labels local times UTC, the label is dropped first (Q-TIME-5). "infinity" is no time.
CREATE OR REPLACE TEMP MACRO instant(t, zone, utc_is_local) AS
CASE
    WHEN t IS NULL OR NOT regexp_matches(t, '^\d{4}-') THEN NULL
    WHEN NOT utc_is_local AND (suffix(t, 'Z') OR regexp_matches(t, '[+-]\d\d:?\d\d$'))
    THEN TRY_CAST(regexp_replace(t, '([+-]\d\d)(\d\d)$', '\1:\2') AS TIMESTAMPTZ)
    ELSE timezone(zone, TRY_CAST(regexp_replace(t, '\s*(Z|[+-]\d\d:?\d\d)$', '') AS TIMESTAMP))
END;

-- A coordinate is kept only where both make a point on the globe that is not 0/0 (Q-GEO-2, Q-GEO-5).
CREATE OR REPLACE TEMP MACRO on_globe(lat, long) AS
coalesce(abs(lat) <= 90 AND abs(long) <= 180 AND NOT (lat = 0 AND long = 0), false);

-- Notes as a list of one shape; null where the source serves something else.
CREATE OR REPLACE TEMP MACRO note_list(notes) AS
from_json(
    notes,
    '[{"datetime":"VARCHAR","type":"VARCHAR","summary":"VARCHAR","description":"VARCHAR","extended_attributes":"JSON"}]'
);

-- The same instants told with another offset: all moved by the same quarters of an hour (Q-TIME-4).
CREATE OR REPLACE TEMP MACRO flapped(before_a, after_a, before_b, after_b, before_c, after_c) AS
coalesce(
    abs(epoch(after_a) - epoch(before_a)) BETWEEN 900 AND 7200
    AND (epoch(after_a) - epoch(before_a)) % 900 = 0
    AND (epoch(after_b) - epoch(before_b)) IS NOT DISTINCT FROM
    CASE WHEN before_b IS NULL AND after_b IS NULL THEN NULL ELSE epoch(after_a) - epoch(before_a) END
    AND (epoch(after_c) - epoch(before_c)) IS NOT DISTINCT FROM
    CASE WHEN before_c IS NULL AND after_c IS NULL THEN NULL ELSE epoch(after_a) - epoch(before_a) END,
    false
);
