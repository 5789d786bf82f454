-- what:   how texts become values, and when values mean the same; for every source alike
-- grain:  -
-- reads:  nothing
-- writes: temporary macros
CREATE OR REPLACE TEMP MACRO words(j) AS nullif(trim(j ->> '$'), '');

-- A time as text becomes an instant. Without an offset it is local to the zone (Q-TIME-1); where the
-- source labels local times UTC, the label is dropped first (Q-TIME-5). "infinity" is no time.
CREATE OR REPLACE TEMP MACRO instant(t, zone, utc_is_local) AS
CASE
    WHEN suffix(t, 'Z') AND t[5] = '-' AND NOT utc_is_local THEN TRY_CAST(t AS TIMESTAMPTZ)
    WHEN t IS NULL OR NOT regexp_matches(t, '^\d{4}-') THEN NULL
    WHEN NOT utc_is_local AND regexp_matches(t, '[+-]\d\d:?\d\d$')
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

-- By how many microseconds a request's times moved, all alike: nothing, or some quarters of an hour
-- because the offset of now is stamped on old times (Q-TIME-4). Null where they moved in another way.
CREATE OR REPLACE TEMP MACRO moved(before_a, after_a, before_b, after_b, before_c, after_c) AS
CASE
    WHEN (before_a, before_b, before_c) IS NOT DISTINCT FROM (after_a, after_b, after_c) THEN 0
    WHEN
        abs(epoch_us(after_a) - epoch_us(before_a)) BETWEEN 900_000_000 AND 7_200_000_000
        AND (epoch_us(after_a) - epoch_us(before_a)) % 900_000_000 = 0
        AND (before_b, before_c) IS NOT DISTINCT FROM (
            to_microseconds(epoch_us(before_a) - epoch_us(after_a)) + after_b,
            to_microseconds(epoch_us(before_a) - epoch_us(after_a)) + after_c
        )
        THEN epoch_us(after_a) - epoch_us(before_a)
END;

-- What JSON says: its values by their place, without the order of keys and white space, and without
-- what is null or empty. Times in it are instants, moved back by so many microseconds.
CREATE OR REPLACE TEMP MACRO meaning(j, back, zone, utc_is_local) AS (
    SELECT
        list(
            fullkey || ' ' || CASE
                WHEN regexp_matches(said, '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d')
                    THEN coalesce(
                        (epoch_us(instant(said, zone, utc_is_local)) - back)::VARCHAR, said
                    )
                ELSE said
            END
            ORDER BY fullkey
        )
    FROM (SELECT fullkey, words(atom) AS said FROM json_tree(j))
    WHERE said IS NOT NULL
);

-- The first word of a text that is shaped like an id (digits where it has digits, letters where it has
-- letters) and is another one: how clerks name a request (Q-ID-7). Most texts have no digit, most ids
-- have: that is seen at a tenth of the cost.
CREATE OR REPLACE TEMP MACRO shape_of(id) AS
regexp_replace(regexp_replace(id, '\d', '9', 'g'), '[A-Za-z]', 'a', 'g');

CREATE OR REPLACE TEMP MACRO named_id(text, own) AS
CASE WHEN length(own) >= 5 AND (regexp_matches(text, '\d') OR NOT regexp_matches(own, '\d'))
THEN list_filter(
    regexp_extract_all(text, '[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*'),
    lambda w: length(w) = length(own) AND w <> own AND shape_of(w) = shape_of(own)
)[1] END;
