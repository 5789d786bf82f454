-- what:   opened, closed and the clearance of whole weeks (question 3)
-- grain:  one row per source and whole week
-- reads:  marts.days, marts.daily
-- writes: view marts.keeping_up
CREATE OR REPLACE VIEW marts.keeping_up AS
WITH week AS (
    SELECT source, day - (isodow(day)::INTEGER - 1) AS week
    FROM marts.days
    GROUP BY ALL
    HAVING count(*) = 7
),

weekly AS (
    SELECT
        source, day - (isodow(day)::INTEGER - 1) AS week,
        sum(requests - duplicates - info_only) AS opened,
        sum(closed) AS closed,
        sum(reopened) AS reopened,
        sum(gone) AS gone
    FROM marts.daily
    GROUP BY ALL
),

counted AS (
    SELECT
        w.source, w.week,
        coalesce(k.opened, 0)::BIGINT AS opened,
        coalesce(k.closed, 0)::BIGINT AS closed,
        coalesce(k.reopened, 0)::BIGINT AS reopened,
        coalesce(k.gone, 0)::BIGINT AS gone
    FROM week AS w
    LEFT JOIN weekly AS k ON k.source = w.source AND k.week = w.week
)

SELECT
    *,
    opened + reopened - closed - gone AS net,
    CASE WHEN opened > 0 THEN closed / opened END AS clearance
FROM counted;

COMMENT ON VIEW marts.keeping_up IS 'Whole weeks: what came in, what was closed, whenever it was made, and whether the backlog grew; half weeks are left out';
COMMENT ON COLUMN marts.keeping_up.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.keeping_up.week IS 'Monday of the week, in the source''s zone';
COMMENT ON COLUMN marts.keeping_up.opened IS 'Counted requests made in that week';
COMMENT ON COLUMN marts.keeping_up.closed IS 'Closings in that week';
COMMENT ON COLUMN marts.keeping_up.reopened IS 'Reopenings in that week';
COMMENT ON COLUMN marts.keeping_up.gone IS 'Open requests that the source showed no longer';
COMMENT ON COLUMN marts.keeping_up.net IS 'By how much the backlog grew';
COMMENT ON COLUMN marts.keeping_up.clearance IS 'closed / opened; above 1 the backlog shrinks';
