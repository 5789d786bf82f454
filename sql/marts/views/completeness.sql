-- what:   whether the data can be trusted: what the rows hold (question 20)
-- grain:  one row per source and month of the request
-- reads:  marts.fact_service_requests
-- writes: view marts.completeness
CREATE OR REPLACE VIEW marts.completeness AS
SELECT
    source, requested_month,
    count(*) AS requests,
    count(lat) / count(*) AS share_with_location,
    count(ward) / count(*) AS share_with_ward,
    count(first_expected_datetime) / count(*) AS share_with_target,
    count(channel) / count(*) AS share_with_channel,
    count(closed_datetime) FILTER (closed_datetime_source = 'updated_datetime')
    / nullif(count(*) FILTER (is_closed), 0) AS share_closed_inferred,
    count(*) FILTER (is_closed AND closed_datetime IS NULL)
    / nullif(count(*) FILTER (is_closed), 0) AS share_closed_unknown,
    count(*) FILTER (epoch_us(first_seen_at) - epoch_us(requested_datetime) > 86400e6) / count(*)
        AS share_seen_late,
    count(*) FILTER (is_gone) AS gone
FROM marts.fact_service_requests
GROUP BY source, requested_month;

COMMENT ON VIEW marts.completeness IS 'What share of the requests of each month has what the metrics need; the month is null for requests without a time';
COMMENT ON COLUMN marts.completeness.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.completeness.requested_month IS 'First day of the month of the requests, in the source''s zone';
COMMENT ON COLUMN marts.completeness.requests IS 'Requests, all of them: n of the shares';
COMMENT ON COLUMN marts.completeness.share_with_location IS 'Share with coordinates';
COMMENT ON COLUMN marts.completeness.share_with_ward IS 'Share with a ward';
COMMENT ON COLUMN marts.completeness.share_with_target IS 'Share with an expected time';
COMMENT ON COLUMN marts.completeness.share_with_channel IS 'Share with a channel';
COMMENT ON COLUMN marts.completeness.share_closed_inferred IS 'Of the closed: share whose closing time is that of the first update seen closed, an upper bound';
COMMENT ON COLUMN marts.completeness.share_closed_unknown IS 'Of the closed: share whose closing time is not known at all';
COMMENT ON COLUMN marts.completeness.share_seen_late IS 'Share first seen more than 24 hours after the request: late arrivals, or older than the first pull';
COMMENT ON COLUMN marts.completeness.gone IS 'Requests that the source shows no longer';
