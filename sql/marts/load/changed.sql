-- what:   which touched requests may follow a closing now, and did before, and whose closing is another
-- grain:  one row per request and state
-- reads:  moved
-- writes: temp tables arrived, departed, reclosed
-- Where all is made anew no closing was looked at before, so all are.
CREATE OR REPLACE TEMP TABLE arrived AS
SELECT service_request_id, service_code, requested_datetime, lat, long
FROM moved
WHERE is_counted AND lat IS NOT NULL AND requested_datetime IS NOT NULL AND NOT $whole
GROUP BY ALL
HAVING sum(sign) > 0;

CREATE OR REPLACE TEMP TABLE departed AS
SELECT service_request_id, service_code, requested_datetime, lat, long
FROM moved
WHERE is_counted AND lat IS NOT NULL AND requested_datetime IS NOT NULL AND NOT $whole
GROUP BY ALL
HAVING sum(sign) < 0;

CREATE OR REPLACE TEMP TABLE reclosed AS
SELECT service_request_id, service_code, closed_datetime, lat, long, sum(sign) > 0 AS is_new
FROM moved
WHERE is_counted AND lat IS NOT NULL AND days_to_close IS NOT NULL AND NOT $whole
GROUP BY ALL
HAVING sum(sign) <> 0
UNION ALL
SELECT service_request_id, service_code, closed_datetime, lat, long, true
FROM fresh
WHERE is_counted AND lat IS NOT NULL AND days_to_close IS NOT NULL AND $whole;
