-- what:   what is known of the services of one source
-- grain:  one row per service
-- reads:  services
-- writes: nothing
SELECT service_code, listed, retired_at, metadata, definition_asked_at, definition_hash,
    content_hash
FROM services
WHERE source = $source;
