-- what:   one text that differs wherever two databases would show a reader something else
-- grain:  one row
-- reads:  etl.*, marts.build, services, service_requests, the views
-- writes: nothing
-- etl.partitions stands for all that the lake holds. What the lake leaves out moves only with a look
-- that the ledger knows of; of the marts, which follow from the tables, only their SQL counts.
SELECT md5(string_agg(part, chr(10) ORDER BY part)) AS state
FROM (
    SELECT concat('partitions ', count(*), ' ', sum(hash(t))) AS part FROM etl.partitions AS t
    UNION ALL
    SELECT concat('denials ', count(*), ' ', sum(hash(t))) FROM etl.denials AS t
    UNION ALL
    SELECT concat('stale ', count(*), ' ', sum(hash(t))) FROM etl.stale AS t
    UNION ALL
    SELECT concat('pages ', count(*), ' ', sum(hash(t))) FROM etl.pages AS t
    UNION ALL
    SELECT concat('pending ', count(*), ' ', sum(hash(t))) FROM etl.pending AS t
    UNION ALL
    SELECT concat('profile_changes ', count(*), ' ', sum(hash(t))) FROM etl.profile_changes AS t
    UNION ALL
    SELECT concat('quarantine ', count(*), ' ', sum(hash(t))) FROM etl.quarantine AS t
    UNION ALL
    SELECT concat('runs ', count(*), ' ', sum(hash(t))) FROM etl.runs AS t
    UNION ALL
    SELECT concat('schema_version ', count(*), ' ', sum(hash(t))) FROM etl.schema_version AS t
    UNION ALL
    SELECT concat('windows ', count(*), ' ', sum(hash(t))) FROM etl.windows AS t
    UNION ALL
    SELECT concat('marts ', fingerprint) FROM marts.build
    UNION ALL
    SELECT concat('sources ', count(*), ' ', sum(hash(t))) FROM etl.sources AS t
    UNION ALL
    SELECT concat('services ', count(*), ' ', sum(hash(t))) FROM services AS t
    UNION ALL
    SELECT concat('seen ', epoch_us(max(last_seen_at))) FROM service_requests
    UNION ALL
    -- A view's text is another once it was stored: blanks, quotes, parentheses, lambdas.
    SELECT concat(
        'view ', schema_name, ' ', view_name, ' ', comment, ' ',
        regexp_replace(regexp_replace(sql, '[\s()"]', '', 'g'), 'lambda(\w+):', '\1->', 'g')
    )
    FROM duckdb_views()
    WHERE NOT internal AND database_name = current_database() AND schema_name <> 'marts'
);
