-- what:   replaces the touched requests
-- grain:  one row per touched request; one per spell after its first
-- reads:  touched, fresh, more_spells, marts.fact_service_requests, marts.reopenings
-- writes: marts.fact_service_requests, marts.reopenings,
--         temp tables facts_before, spells_before, fresh_spells
CREATE OR REPLACE TEMP TABLE facts_before AS
-- As few columns as will do: these rows lie all over the table, so all of each column is read.
SELECT
    f.rowid AS fact, f.service_request_id, f.service_code, f.ward, f.is_open, f.is_duplicate,
    f.is_info_only, f.gone_at, f.requested_datetime, f.requested_date, f.first_expected_datetime,
    f.closed_datetime, f.first_ended_datetime, f.first_ended_by, f.first_reopened_datetime, f.lat,
    f.long,
    NOT f.is_duplicate AND NOT f.is_info_only AS is_counted,
    f.gone_at IS NOT NULL AS is_gone,
    date_trunc('month', f.requested_date)::DATE AS requested_month,
    timezone($zone, f.closed_datetime)::DATE AS closed_date,
    timezone($zone, f.first_ended_datetime)::DATE AS first_ended_date,
    CASE
        WHEN f.closed_datetime >= f.requested_datetime
            THEN (epoch_us(f.closed_datetime) - epoch_us(f.requested_datetime)) / 86400e6
    END AS days_to_close
FROM marts.fact_service_requests AS f
SEMI JOIN touched AS t ON t.service_request_id = f.service_request_id AND NOT t.is_new
WHERE f.source = $source AND NOT $whole;

DELETE FROM marts.fact_service_requests WHERE rowid IN (SELECT fact FROM facts_before);

INSERT INTO marts.fact_service_requests BY NAME
SELECT * EXCLUDE (request) FROM fresh;

CREATE OR REPLACE TEMP TABLE spells_before AS
SELECT r.rowid AS spell_row, r.*
FROM marts.reopenings AS r
SEMI JOIN facts_before AS f ON f.service_request_id = r.service_request_id
WHERE r.source = $source;

DELETE FROM marts.reopenings WHERE rowid IN (SELECT spell_row FROM spells_before);

CREATE OR REPLACE TEMP TABLE fresh_spells AS
SELECT
    f.source, f.service_request_id, s.spell, s.opened_datetime, s.ended_datetime, s.ended_by,
    timezone($zone, s.opened_datetime)::DATE AS opened_date,
    timezone($zone, s.ended_datetime)::DATE AS ended_date,
    s.reopened_datetime, f.service_code, f.ward, f.is_counted
FROM more_spells AS s
INNER JOIN fresh AS f ON f.request = s.request;

INSERT INTO marts.reopenings BY NAME FROM fresh_spells;
