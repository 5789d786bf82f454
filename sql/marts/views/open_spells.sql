-- what:   the spells for which requests were open: what backlog, closings and reopenings are counted from
-- grain:  one row per request and spell
-- reads:  marts.fact_service_requests, marts.reopenings
-- writes: view marts.open_spells
CREATE OR REPLACE VIEW marts.open_spells AS
SELECT
    source, service_request_id, 1 AS spell, requested_datetime AS opened_datetime,
    first_ended_datetime AS ended_datetime, first_ended_by AS ended_by,
    requested_date AS opened_date, first_ended_date AS ended_date,
    first_reopened_datetime AS reopened_datetime, service_code, ward, is_counted
FROM marts.fact_service_requests
UNION ALL
SELECT
    source, service_request_id, spell, opened_datetime, ended_datetime, ended_by, opened_date,
    ended_date, reopened_datetime, service_code, ward, is_counted
FROM marts.reopenings;

COMMENT ON VIEW marts.open_spells IS 'Spells for which requests were open, from notes and versions; the first begins with the request, each further one with a reopening';
COMMENT ON COLUMN marts.open_spells.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.open_spells.service_request_id IS 'The source''s id of the request, as text';
COMMENT ON COLUMN marts.open_spells.spell IS 'Number of the spell, from 1';
COMMENT ON COLUMN marts.open_spells.opened_datetime IS 'When it was requested, or reopened';
COMMENT ON COLUMN marts.open_spells.ended_datetime IS 'When it was closed, or found gone; null while it is open';
COMMENT ON COLUMN marts.open_spells.ended_by IS 'closed or gone; null while it is open';
COMMENT ON COLUMN marts.open_spells.opened_date IS 'Day of opened_datetime in the source''s zone';
COMMENT ON COLUMN marts.open_spells.ended_date IS 'Day of ended_datetime in the source''s zone';
COMMENT ON COLUMN marts.open_spells.reopened_datetime IS 'When it was opened again after this closing; null where it was not';
COMMENT ON COLUMN marts.open_spells.service_code IS 'Code of the requested service, as it is now';
COMMENT ON COLUMN marts.open_spells.ward IS 'Ward of the request, as it is now; null where it has none';
COMMENT ON COLUMN marts.open_spells.is_counted IS 'False for duplicates and information-only requests';
