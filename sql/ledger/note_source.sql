-- what:   notes how a source's profile describes it, in place of what was noted before
-- grain:  one row
-- reads:  nothing
-- writes: etl.sources
DELETE FROM etl.sources WHERE source = $source;

INSERT INTO etl.sources BY NAME
SELECT
    $source AS source, $title AS title, $timezone AS timezone, $west AS west, $south AS south,
    $east AS east, $north AS north, $settle_days AS settle_days;
