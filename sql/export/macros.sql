-- what:   texts as spreadsheets and GeoJSON take them
-- grain:  one text per value
-- reads:  nothing
-- writes: macros sheet_text, instant_text of the session
-- No line ends and control characters in a cell, no more than a cell holds (32,767 characters), and
-- nothing that a spreadsheet would run as a formula: a text that begins with = + - or @, also in
-- their full width, gets an apostrophe before it.
CREATE OR REPLACE TEMP MACRO sheet_text(t) AS (
    WITH line AS (
        SELECT trim(regexp_replace(t, '[\x00-\x1F\x7F\x{85}\x{2028}\x{2029}]+', ' ', 'g')) AS text
    )

    SELECT
        CASE WHEN regexp_matches(text, '^[=+\-@＝＋－＠]') THEN '''' ELSE '' END
        || CASE WHEN length(text) > 32766 THEN left(text, 32765) || '…' ELSE text END
    FROM line
);

CREATE OR REPLACE TEMP MACRO instant_text(t) AS
    strftime(t, '%Y-%m-%dT%H:%M:%S')
    || CASE WHEN epoch_us(t) % 1000000 = 0 THEN '' ELSE strftime(t, '.%f') END
    || 'Z';
