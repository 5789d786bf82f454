-- what:   the services of all sources, point in time
-- grain:  one row per version of a service
-- reads:  service_versions
-- writes: view marts.dim_service
CREATE OR REPLACE VIEW marts.dim_service AS
SELECT
    source, service_code,
    coalesce(service_name, service_code) AS service_name,
    coalesce(service_group, 'none') AS service_group,
    description, type, array_to_string(keywords, ', ') AS keywords, listed,
    valid_from, valid_to, is_current, retired_at
FROM service_versions;

COMMENT ON VIEW marts.dim_service IS 'Services, each in every state it was seen in; join requests by source and service_code where is_current, or where valid_from <= t < valid_to for how it was called then';
COMMENT ON COLUMN marts.dim_service.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.dim_service.service_code IS 'Code of the service, opaque text (Q-SVC-5)';
COMMENT ON COLUMN marts.dim_service.service_name IS 'Name of the service in that state; the code where it has none';
COMMENT ON COLUMN marts.dim_service.service_group IS 'Group (department) in that state; none where it has none';
COMMENT ON COLUMN marts.dim_service.description IS 'What the source says it is for';
COMMENT ON COLUMN marts.dim_service.type IS 'realtime, batch or blackbox: when a POST gets its id';
COMMENT ON COLUMN marts.dim_service.keywords IS 'Keywords, joined by commas';
COMMENT ON COLUMN marts.dim_service.listed IS 'False where it is seen in requests but in no services list (Q-SVC-1)';
COMMENT ON COLUMN marts.dim_service.valid_from IS 'When this state began, as far as pulls saw';
COMMENT ON COLUMN marts.dim_service.valid_to IS 'When the next state began; null for the newest';
COMMENT ON COLUMN marts.dim_service.is_current IS 'True for the newest state of a service';
COMMENT ON COLUMN marts.dim_service.retired_at IS 'When it was found to be offered no longer';
