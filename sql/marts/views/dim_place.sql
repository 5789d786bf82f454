-- what:   the places: cells of the grid of 500 m, and what lies in them
-- grain:  one row per source and cell
-- reads:  marts.fact_service_requests
-- writes: view marts.dim_place
CREATE OR REPLACE VIEW marts.dim_place AS
SELECT
    source, cell,
    any_value(cell_lat) AS cell_lat,
    any_value(cell_long) AS cell_long,
    coalesce(arg_max(ward, requested_datetime), 'none') AS ward,
    coalesce(arg_max(area, requested_datetime), 'none') AS area,
    coalesce(arg_max(zipcode, requested_datetime), 'none') AS zipcode,
    count(*) AS requests
FROM marts.fact_service_requests
WHERE cell IS NOT NULL
GROUP BY source, cell;

COMMENT ON VIEW marts.dim_place IS 'Cells of 500 m by 500 m in which requests were made; join requests by source and cell';
COMMENT ON COLUMN marts.dim_place.source IS 'Name of the source, as in the configuration';
COMMENT ON COLUMN marts.dim_place.cell IS 'Cell of the grid, row:column';
COMMENT ON COLUMN marts.dim_place.cell_lat IS 'Latitude of its centre';
COMMENT ON COLUMN marts.dim_place.cell_long IS 'Longitude of its centre';
COMMENT ON COLUMN marts.dim_place.ward IS 'Ward of its newest request that has one; none where none has';
COMMENT ON COLUMN marts.dim_place.area IS 'Area of its newest request that has one; none where none has';
COMMENT ON COLUMN marts.dim_place.zipcode IS 'Postal code of its newest request that has one; none where none has';
COMMENT ON COLUMN marts.dim_place.requests IS 'Requests in it, duplicates and information-only ones too';
