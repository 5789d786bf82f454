-- what:   entries that were dropped for want of an id, and how many of them got one later
-- grain:  one row
-- reads:  etl.pending
-- writes: nothing
SELECT
    count(*)::BIGINT AS dropped,
    count(service_request_id)::BIGINT AS got_one,
    count(*) FILTER (resolved_at IS NULL)::BIGINT AS waiting
FROM etl.pending;
