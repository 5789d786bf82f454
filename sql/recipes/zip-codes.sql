-- what:   Which services stand out in a zip code?
-- topic:  place
-- counts: the service most asked for in each zip code, and its share of all requests there
-- trap:   zip codes are mail routes, not neighbourhoods; few requests make a large share
-- grain:  one row per source and zip code
-- reads:  marts.fact_service_requests
WITH counted AS (
    SELECT
        source, zipcode, service_name, count(*) AS requests,
        sum(count(*)) OVER (PARTITION BY source, zipcode) AS of_all
    FROM marts.fact_service_requests
    WHERE is_counted AND zipcode IS NOT NULL
    GROUP BY source, zipcode, service_name
)

SELECT
    source, zipcode, service_name, requests, of_all::BIGINT AS of_all,
    round(100.0 * requests / of_all, 1) AS percent
FROM counted
QUALIFY row_number() OVER (
    PARTITION BY source, zipcode ORDER BY requests DESC, service_name
) = 1
ORDER BY source, zipcode;
