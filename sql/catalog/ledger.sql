-- what:   the ledger lines of a catalog refresh
-- grain:  one row for the refresh, one for its list
-- reads:  nothing
-- writes: etl.windows, etl.pages
INSERT INTO etl.windows BY NAME
SELECT
    $reading_id AS reading_id, $run_id AS run_id, $source AS source, 'catalog' AS kind,
    $as_of AS window_start, $as_of AS window_end, $verdict AS verdict, $reason AS reason,
    0 AS records, $ids AS ids, 0 AS new, 0 AS changed, 0 AS unchanged, 0 AS stale, 0 AS repeated,
    0 AS pending, 0 AS quarantined, $pages AS pages, $requests AS requests,
    $started_at AS started_at, $ended_at AS ended_at, 0 AS tries;

INSERT INTO etl.pages BY NAME
SELECT
    $reading_id AS reading_id, $source AS source, $sha256 AS sha256, $url AS url,
    $fetched_at AS fetched_at, $seconds AS seconds, $attempts AS attempts, $bytes AS bytes,
    $listed AS records;
