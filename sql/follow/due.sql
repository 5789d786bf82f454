-- what:   the known requests that are due to be looked at again, by age
-- grain:  one row per request
-- reads:  service_requests, etl.denials
-- writes: temp table due
-- A request is looked at again after a sixtieth of the time for which nothing happened to it, a closed
-- one after a twentieth: at each run while it is young, less and less often then.
CREATE OR REPLACE TEMP TABLE due AS
WITH known AS (
    SELECT
        c.service_request_id, c.requested_datetime, c.status,
        greatest(
            c.last_seen_at, d.denied_at, CASE WHEN c.last_seen_at >= $since THEN $until END
        ) AS verified_at,
        -- Seconds: taking one TIMESTAMPTZ from another asks the calendar, at fifty times the cost.
        epoch($now) - epoch(coalesce(
            greatest(
                c.requested_datetime, c.updated_datetime,
                CASE WHEN c.last_changed_at > c.first_seen_at THEN c.last_changed_at END
            ),
            c.first_seen_at
        )) AS quiet
    FROM service_requests AS c
    LEFT JOIN etl.denials AS d
        ON d.source = c.source AND d.service_request_id = c.service_request_id
    WHERE c.source = $source AND c.gone_at IS NULL
),

timed AS (
    SELECT
        *,
        greatest(3600, quiet / CASE WHEN status = 'closed' THEN 20 ELSE 60 END) AS every
    FROM known
    WHERE quiet <= $horizon
)

SELECT
    service_request_id, verified_at,
    (epoch_us(requested_datetime) // $width)::BIGINT AS bucket,
    (epoch($now) - epoch(verified_at)) / every AS pressure
FROM timed
-- A run that begins a little early in the day still takes what is due on that day.
WHERE epoch($now) - epoch(verified_at) >= 0.9 * every;
