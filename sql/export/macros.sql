-- what:   texts as spreadsheets and GeoJSON take them
-- grain:  one text per value
-- reads:  nothing
-- writes: macros sheet_line, sheet_text, instant_text of the session
-- No line ends and control characters in a cell, no more than a cell holds (32,767 characters), and
-- nothing that a spreadsheet would run as a formula: a text that begins with = + - or @, also in
-- their full width, gets an apostrophe before it.
CREATE OR REPLACE TEMP MACRO sheet_line(t) AS
    trim(regexp_replace(t, '[\x00-\x1F\x7F\x{85}\x{2028}\x{2029}]+', ' ', 'g'));

CREATE OR REPLACE TEMP MACRO sheet_text(t) AS
    CASE WHEN left(sheet_line(t), 1) IN ('=', '+', '-', '@', '＝', '＋', '－', '＠') THEN '''' ELSE '' END
    || CASE
        WHEN strlen(t) > 32766 AND length(sheet_line(t)) > 32766
            THEN left(sheet_line(t), 32765) || '…'
        ELSE sheet_line(t)
    END;

CREATE OR REPLACE TEMP MACRO instant_text(t) AS
    strftime(t, '%Y-%m-%dT%H:%M:%S')
    || CASE WHEN epoch_us(t) % 1000000 = 0 THEN '' ELSE strftime(t, '.%f') END
    || 'Z';
