-- what:   the catalog of a source in numbers
-- grain:  one row
-- reads:  services
-- writes: nothing
SELECT
    count(*) FILTER (listed AND retired_at IS NULL)::BIGINT AS offered,
    count(*) FILTER (listed AND retired_at IS NOT NULL)::BIGINT AS retired,
    count(*) FILTER (NOT listed)::BIGINT AS unlisted
FROM services
WHERE source = $source;
