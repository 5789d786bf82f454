-- what:   the catalog of a source in numbers, and what was wrong with its last refresh
-- grain:  one row
-- reads:  services, etl.windows
-- writes: nothing
SELECT
    count(*) FILTER (listed AND retired_at IS NULL)::BIGINT AS offered,
    count(*) FILTER (listed AND retired_at IS NOT NULL)::BIGINT AS retired,
    count(*) FILTER (NOT listed)::BIGINT AS unlisted,
    (
        SELECT nullif(arg_max(reason, ended_at), '')
        FROM etl.windows WHERE source = $source AND kind = 'catalog'
    ) AS fault
FROM services
WHERE source = $source;
