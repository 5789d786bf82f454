-- what:   whether the data can be trusted: how fresh (question 20)
-- grain:  one row per source
-- reads:  marts.as_of, marts.fact_service_requests, marts.volume_by_day, etl.debt, etl.windows
-- writes: view marts.freshness
CREATE OR REPLACE VIEW marts.freshness AS
WITH newest AS (
    SELECT
        source, count(*) AS requests,
        max(requested_datetime) AS newest_requested, max(updated_datetime) AS newest_updated
    FROM marts.fact_service_requests
    GROUP BY source
),

empty AS (
    SELECT v.source, count(*) FILTER (v.requests = 0) AS empty_days
    FROM marts.volume_by_day AS v
    INNER JOIN marts.as_of AS a ON a.source = v.source
    WHERE v.day > a.last_whole_day - 30
    GROUP BY v.source
),

owed AS (
    SELECT source, count(*) AS debts FROM etl.debt GROUP BY source
),

asked AS (
    SELECT source, sum(pages) / nullif(sum(requests), 0) AS answered
    FROM etl.windows
    GROUP BY source
)

SELECT
    a.source, a.title, a.as_of, a.as_of_date, a.with_debt,
    coalesce(n.requests, 0) AS requests,
    n.newest_requested, n.newest_updated,
    (epoch_us(a.as_of) - epoch_us(n.newest_requested)) / 3600e6 AS hours_behind,
    coalesce(e.empty_days, 0) AS empty_days,
    coalesce(o.debts, 0) AS debts,
    q.answered AS share_answered
FROM marts.as_of AS a
LEFT JOIN newest AS n ON n.source = a.source
LEFT JOIN empty AS e ON e.source = a.source
LEFT JOIN owed AS o ON o.source = a.source
LEFT JOIN asked AS q ON q.source = a.source;

COMMENT ON VIEW marts.freshness IS 'How fresh each source is, at as_of';
COMMENT ON COLUMN marts.freshness.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.freshness.title IS 'The place in words';
COMMENT ON COLUMN marts.freshness.as_of IS 'Up to when the source is known';
COMMENT ON COLUMN marts.freshness.as_of_date IS 'Local day of as_of';
COMMENT ON COLUMN marts.freshness.with_debt IS 'True where the last pull left something unread';
COMMENT ON COLUMN marts.freshness.requests IS 'Requests stored';
COMMENT ON COLUMN marts.freshness.newest_requested IS 'Newest request';
COMMENT ON COLUMN marts.freshness.newest_updated IS 'Newest change';
COMMENT ON COLUMN marts.freshness.hours_behind IS 'Hours from the newest request to as_of; far more than a night''s means that the source''s API lags';
COMMENT ON COLUMN marts.freshness.empty_days IS 'Days without any request among the last 30 whole ones';
COMMENT ON COLUMN marts.freshness.debts IS 'Spans and entries that are known to be missing (etl.debt)';
COMMENT ON COLUMN marts.freshness.share_answered IS 'Pages that came for each HTTP request made, retries counted: below 1 the server failed at times';
