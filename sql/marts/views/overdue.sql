-- what:   what is overdue now (question 9)
-- grain:  one row per open request past its first target
-- reads:  marts.fact_service_requests, marts.as_of
-- writes: view marts.overdue
CREATE OR REPLACE VIEW marts.overdue AS
SELECT
    f.source, f.service_request_id, f.service_code, f.service_name, f.service_group,
    coalesce(f.ward, 'none') AS ward, f.address, f.requested_datetime,
    f.first_expected_datetime, f.expected_datetime,
    (epoch_us(a.as_of) - epoch_us(f.first_expected_datetime)) / 86400e6 AS days_late,
    f.expected_datetime IS DISTINCT FROM f.first_expected_datetime AS target_was_moved
FROM marts.fact_service_requests AS f
INNER JOIN marts.as_of AS a ON a.source = f.source
WHERE f.is_open AND f.is_counted AND f.first_expected_datetime < a.as_of;

COMMENT ON VIEW marts.overdue IS 'Counted requests that are open though their first target has passed at as_of';
COMMENT ON COLUMN marts.overdue.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.overdue.service_request_id IS 'The source''s id of the request';
COMMENT ON COLUMN marts.overdue.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.overdue.service_name IS 'Name of the service';
COMMENT ON COLUMN marts.overdue.service_group IS 'Group (department) of the service; none where it has none';
COMMENT ON COLUMN marts.overdue.ward IS 'Ward; none is a group of its own: requests without a ward';
COMMENT ON COLUMN marts.overdue.address IS 'Address or description of the place';
COMMENT ON COLUMN marts.overdue.requested_datetime IS 'When the request was made';
COMMENT ON COLUMN marts.overdue.first_expected_datetime IS 'The first target';
COMMENT ON COLUMN marts.overdue.expected_datetime IS 'The target now';
COMMENT ON COLUMN marts.overdue.days_late IS 'Days from the first target to as_of';
COMMENT ON COLUMN marts.overdue.target_was_moved IS 'True where the target now is another than the first';
