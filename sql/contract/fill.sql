-- what:   fields that are filled far less often than they used to be (Q-FLD-8)
-- grain:  one row per field
-- reads:  contract_rows, contract_since, service_request_versions
-- writes: nothing
-- Only first states within a week of the request are compared, as fields fill up with age; what is
-- known only of closed requests is compared among these.
WITH young AS (
    SELECT
        r.fresh, r.first_seen_at,
        v.description IS NOT NULL AS description,
        v.agency_responsible IS NOT NULL AS agency_responsible,
        v.service_name IS NOT NULL AS service_name,
        v.service_code IS NOT NULL AS service_code,
        v.address IS NOT NULL AS address,
        v.address_id IS NOT NULL AS address_id,
        v.zipcode IS NOT NULL AS zipcode,
        v.lat IS NOT NULL AS lat,
        v.long IS NOT NULL AS long,
        v.media_url IS NOT NULL AS media_url,
        v.token IS NOT NULL AS token,
        v.extended_attributes IS NOT NULL AS extended_attributes,
        v.attributes IS NOT NULL AS attributes,
        v.notes IS NOT NULL AS notes,
        v.expected_datetime IS NOT NULL AS expected_datetime,
        v.status IS NOT NULL AS status,
        CASE WHEN v.status = 'closed' THEN v.status_notes IS NOT NULL END AS status_notes,
        CASE WHEN v.status = 'closed' THEN v.updated_datetime IS NOT NULL END AS updated_datetime
    FROM contract_rows AS r
    INNER JOIN service_request_versions AS v
        ON v.source = $source AND v.service_request_id = r.service_request_id
        AND v.observed_at = r.first_seen_at
    WHERE epoch(r.first_seen_at) - epoch(r.requested_datetime) <= 7 * 86400
),

field AS (
    UNPIVOT young ON COLUMNS(* EXCLUDE (fresh, first_seen_at)) INTO NAME field VALUE filled
),

counted AS (
    SELECT
        f.field,
        count(*) FILTER (f.fresh) AS n, count(*) FILTER (f.fresh AND f.filled) AS filled,
        count(*) FILTER (NOT f.fresh) AS n_before,
        count(*) FILTER (NOT f.fresh AND f.filled) AS filled_before
    FROM field AS f
    LEFT JOIN contract_since AS s ON s.trait = 'fill of ' || f.field
    WHERE f.fresh OR f.first_seen_at >= coalesce(s.changed_at, '-infinity')
    GROUP BY f.field
),

share AS (
    SELECT *, filled / n AS now, filled_before / n_before AS was
    FROM counted
    WHERE n >= 50 AND n_before >= 50
)

SELECT
    'fill of ' || field AS trait, printf('%.0f %%', 100 * was) AS was,
    printf('%.0f %%', 100 * now) AS now, 'warning' AS severity,
    printf(
        '%s is filled in %.0f %% of %d new requests, before in %.0f %% of %d',
        field, 100 * now, n, 100 * was, n_before
    ) AS message
FROM share
WHERE was - now > 0.5 OR (filled = 0 AND was * n >= 10)
ORDER BY field;
