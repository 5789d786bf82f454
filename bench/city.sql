-- what:   a made-up city
-- grain:  one source with its services, requests, versions, notes and ledger
-- reads:  nothing
-- writes: the tables of a warehouse, once for a source
INSERT INTO etl.sources BY NAME
SELECT $source AS source, $title AS title, $timezone AS timezone, 14 AS settle_days;

INSERT INTO services BY NAME
SELECT
    $source AS source, 'code-' || i AS service_code,
    CASE
        WHEN i % 17 = 16 THEN 'Information Only ' || i
        WHEN $service_name = 'Service' AND i < 12 THEN [
            'Pothole', 'Street Light Out', 'Graffiti Removal', 'Missed Garbage Pick-Up',
            'Abandoned Vehicle', 'Tree Trim', 'Rodent Baiting', 'Building Violation',
            'Sewer Cleaning', 'Weed Removal', 'Sign Repair', 'Water Leak'
        ][i + 1]
        ELSE $service_name || ' ' || i
    END AS service_name,
    ['Streets', 'Sanitation', 'Buildings', 'Parks'][1 + i % 4] AS service_group,
    true AS listed, $since::TIMESTAMPTZ AS first_seen_at, first_seen_at AS last_seen_at,
    first_seen_at AS last_changed_at, 0 AS absences, hash(i) AS content_hash
FROM range($services) AS r(i);

INSERT INTO service_requests BY NAME
WITH drawn AS (
    SELECT
        i, (hash(i, 1) % 1000003) / 1000003.0 AS u1, (hash(i, 2) % 1000003) / 1000003.0 AS u2,
        (hash(i, 3) % 1000003) / 1000003.0 AS u3, (hash(i, 4) % 1000003) / 1000003.0 AS u4,
        (hash(i, 5) % 1000003) / 1000003.0 AS u5, (hash(i, 6) % 1000003) / 1000003.0 AS u6,
        (hash(i, 7) % 1000003) / 1000003.0 AS u7
    FROM range($requests) AS r(i)
),

made AS (
    SELECT
        *, floor($services * u1 * u1)::INTEGER AS service,
        $since::TIMESTAMPTZ + INTERVAL 6 HOUR + to_seconds(($days * 86400 * u2)::BIGINT)
            -- Two thirds of those that fall on a weekend are made in the week.
            + CASE
                WHEN isodow($since::DATE + ($days * u2)::INTEGER) > 5 AND u7 < 0.66 AND u2 < 0.97
                    THEN INTERVAL 2 DAY
                ELSE INTERVAL 0 DAY
            END AS requested,
        -- Wards are of unequal speed; services take from hours to months.
        -ln(1 - u3) * (0.5 + (service * 7 % 23) * 1.4) * (0.8 + (floor($wards * u4)::INTEGER % 5) * 0.1)
            AS took
    FROM drawn
),

state AS (
    SELECT
        *, requested + to_seconds((took * 86400)::BIGINT) AS done,
        $since::TIMESTAMPTZ + INTERVAL 6 HOUR + to_days($days) AS as_of
    FROM made
)

SELECT
    $source AS source, 'SR' || lpad(i::VARCHAR, 8, '0') AS service_request_id,
    CASE WHEN done < as_of THEN 'closed' ELSE 'open' END AS status,
    CASE WHEN done < as_of THEN 'Completed' END AS status_notes,
    'code-' || service AS service_code,
    'Free text of request ' || i || ', <b>not</b> markup' AS description, 'Streets' AS agency_responsible,
    requested AS requested_datetime, least(done, as_of) AS updated_datetime,
    CASE WHEN $expected AND service % 3 < 2 THEN requested + to_days(1 + service % 9) END AS expected_datetime,
    CASE WHEN done < as_of THEN done END AS closed_datetime,
    CASE WHEN done < as_of THEN 'note' END AS closed_datetime_source,
    (100 + i % 900) || ' Main St' AS address, '606' || lpad((i % 100)::VARCHAR, 2, '0') AS zipcode,
    CASE WHEN $coordinates AND u6 > 0.03 THEN 41.7 + 0.2 * sqrt(u4) * (0.5 + 0.5 * u5) END AS lat,
    CASE WHEN $coordinates AND u6 > 0.03 THEN -87.8 + 0.15 * u5 * (0.6 + 0.4 * u3) END AS long,
    json_object(
        'ward', CASE WHEN $wards > 0 AND u6 > 0.02 THEN (1 + floor($wards * u4)::INTEGER)::VARCHAR END,
        'channel', ['phone', 'web', 'mobile app', 'open311'][1 + floor(4 * u5 * u5)::INTEGER],
        'duplicate', $duplicates_only OR u7 > 0.94
    ) AS extended_attributes,
    $since::TIMESTAMPTZ AS first_seen_at, as_of AS last_seen_at, as_of AS last_changed_at,
    hash(i) AS content_hash, 'page' AS page_sha256
FROM state;

INSERT INTO service_request_versions BY NAME
SELECT
    * EXCLUDE (first_seen_at, last_seen_at, last_changed_at, updated_datetime, closed_datetime, status, status_notes),
    requested_datetime AS updated_datetime, 'open' AS status,
    requested_datetime AS valid_from, updated_datetime AS valid_to,
    requested_datetime + INTERVAL 1 HOUR AS observed_at, false AS is_current
FROM service_requests
WHERE source = $source AND status = 'closed'
UNION ALL BY NAME
SELECT
    * EXCLUDE (first_seen_at, last_seen_at, last_changed_at),
    updated_datetime AS valid_from, last_seen_at AS observed_at, true AS is_current
FROM service_requests
WHERE source = $source;

INSERT INTO service_request_notes BY NAME
SELECT
    source, service_request_id, 1 AS note_number, requested_datetime AS note_datetime,
    'opened' AS type, 'Request opened' AS summary, last_changed_at AS observed_at
FROM service_requests
WHERE source = $source
UNION ALL BY NAME
SELECT
    source, service_request_id, 2 AS note_number, closed_datetime AS note_datetime,
    'closed' AS type, 'Request closed' AS summary, 'Completed' AS description,
    last_changed_at AS observed_at
FROM service_requests
WHERE source = $source AND status = 'closed';

INSERT INTO etl.windows BY NAME
SELECT
    'reading ' || i AS reading_id, 'run' AS run_id, $source AS source, 'window' AS kind,
    $since::TIMESTAMPTZ + INTERVAL 6 HOUR + to_days(i::INTEGER) AS window_start,
    window_start + INTERVAL 1 DAY AS window_end,
    CASE
        WHEN $days < 60 THEN 'proven'
        WHEN i IN (40, 41) THEN 'suspect' WHEN i = 47 THEN 'blocked' WHEN i > $days - 3 THEN 'provisional'
        ELSE 'proven'
    END AS verdict,
    CASE verdict
        WHEN 'suspect' THEN 'rows moved while they were read' WHEN 'blocked' THEN 'HTTP 500' ELSE ''
    END AS reason,
    10 AS records, 10 AS ids, 10 AS new, 0 AS changed, 0 AS unchanged, 0 AS stale, 0 AS repeated,
    CASE verdict WHEN 'provisional' THEN 2 ELSE 0 END AS pending, 0 AS quarantined, 1 AS pages,
    2 AS requests, window_end AS started_at, window_end AS ended_at, 1 AS tries
FROM range($days) AS r(i)
WHERE NOT ($days >= 60 AND i IN (20, 21));

INSERT INTO etl.runs BY NAME
SELECT
    'run' AS run_id, $source AS source, $since::TIMESTAMPTZ + INTERVAL 6 HOUR + to_days($days) AS as_of,
    as_of AS started_at, as_of + INTERVAL 90 SECOND AS ended_at, 'debt' AS result, $days * 2 AS requests,
    '0.1.0' AS version;
