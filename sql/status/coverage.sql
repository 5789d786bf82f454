-- what:   how much of the time between a source's first and last reading is proven, and what is not
-- grain:  one row per verdict, and one for the gaps
-- reads:  etl.coverage, etl.debt
-- writes: nothing
WITH part AS (
    SELECT verdict, span_start, span_end FROM etl.coverage WHERE source = $source
    UNION ALL
    SELECT kind AS verdict, span_start, span_end FROM etl.debt WHERE source = $source AND kind = 'unread'
)

SELECT
    verdict,
    count(*)::BIGINT AS spans,
    sum(epoch_us(span_end) - epoch_us(span_start)) / 86400e6 AS days,
    sum(epoch_us(span_end) - epoch_us(span_start))::DOUBLE
    / sum(sum(epoch_us(span_end) - epoch_us(span_start))) OVER () AS share,
    min(span_start) AS first_start,
    max(span_end) AS last_end
FROM part
GROUP BY verdict
ORDER BY list_position(['proven', 'provisional', 'suspect', 'blocked', 'unread'], verdict);
