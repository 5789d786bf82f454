-- what:   what services are called now
-- grain:  one row per service that requests or the catalog know
-- reads:  service_versions
-- writes: view marts.service_names
CREATE OR REPLACE VIEW marts.service_names AS
SELECT
    source, service_code,
    coalesce(any_value(service_name), service_code) AS service_name,
    coalesce(any_value(service_group), 'none') AS service_group
FROM service_versions
WHERE is_current
GROUP BY source, service_code;

COMMENT ON VIEW marts.service_names IS 'Services by their present names, one row each; for their history see marts.dim_service';
COMMENT ON COLUMN marts.service_names.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.service_names.service_code IS 'Code of the service; none where requests have none';
COMMENT ON COLUMN marts.service_names.service_name IS 'Name of the service now; its code where it has none';
COMMENT ON COLUMN marts.service_names.service_group IS 'Group (department) of the service; none where it has none';
