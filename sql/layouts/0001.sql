-- what:   layout 1 of the warehouse, written by docs/write_layout.py
-- grain:  -
-- reads:  nothing
-- writes: all tables
CREATE SCHEMA IF NOT EXISTS etl;

CREATE TABLE etl.denials (
    "source" VARCHAR NOT NULL,
    "service_request_id" VARCHAR NOT NULL,
    "denied_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "reading_id" VARCHAR NOT NULL
);

CREATE TABLE etl.pages (
    "reading_id" VARCHAR NOT NULL,
    "source" VARCHAR NOT NULL,
    "sha256" VARCHAR NOT NULL,
    "url" VARCHAR NOT NULL,
    "page_number" INTEGER,
    "fetched_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "seconds" DOUBLE NOT NULL,
    "attempts" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "records" BIGINT NOT NULL
);

CREATE TABLE etl.partitions (
    "path" VARCHAR NOT NULL,
    "fingerprint" VARCHAR NOT NULL,
    "rows" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "written_at" TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE etl.pending (
    "source" VARCHAR NOT NULL,
    "pending_key" VARCHAR NOT NULL,
    "token" VARCHAR,
    "service_code" VARCHAR,
    "requested_datetime" TIMESTAMP WITH TIME ZONE,
    "lat" DOUBLE,
    "long" DOUBLE,
    "window_start" TIMESTAMP WITH TIME ZONE NOT NULL,
    "window_end" TIMESTAMP WITH TIME ZONE NOT NULL,
    "first_seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "last_seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "resolved_at" TIMESTAMP WITH TIME ZONE,
    "resolution" VARCHAR,
    "service_request_id" VARCHAR
);

CREATE TABLE etl.profile_changes (
    "source" VARCHAR NOT NULL,
    "run_id" VARCHAR,
    "seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "trait" VARCHAR NOT NULL,
    "was" VARCHAR,
    "now" VARCHAR,
    "severity" VARCHAR NOT NULL,
    "message" VARCHAR NOT NULL
);

CREATE TABLE etl.quarantine (
    "reading_id" VARCHAR NOT NULL,
    "source" VARCHAR NOT NULL,
    "page_sha256" VARCHAR NOT NULL,
    "entry_number" INTEGER,
    "reason" VARCHAR NOT NULL,
    "raw" BLOB NOT NULL,
    "quarantined_at" TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE etl.runs (
    "run_id" VARCHAR NOT NULL,
    "source" VARCHAR NOT NULL,
    "started_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "ended_at" TIMESTAMP WITH TIME ZONE,
    "as_of" TIMESTAMP WITH TIME ZONE NOT NULL,
    "range_start" TIMESTAMP WITH TIME ZONE,
    "range_end" TIMESTAMP WITH TIME ZONE,
    "result" VARCHAR,
    "message" VARCHAR,
    "requests" BIGINT NOT NULL DEFAULT 0,
    "version" VARCHAR NOT NULL
);

CREATE TABLE etl.schema_version (
    "version" INTEGER NOT NULL,
    "migrated_at" TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE etl.sources (
    "source" VARCHAR NOT NULL,
    "title" VARCHAR NOT NULL,
    "timezone" VARCHAR NOT NULL,
    "west" DOUBLE,
    "south" DOUBLE,
    "east" DOUBLE,
    "north" DOUBLE,
    "settle_days" DOUBLE NOT NULL
);

CREATE TABLE etl.stale (
    "source" VARCHAR NOT NULL,
    "run_id" VARCHAR NOT NULL,
    "as_of" TIMESTAMP WITH TIME ZONE NOT NULL,
    "requests" BIGINT NOT NULL,
    "since" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE etl.windows (
    "reading_id" VARCHAR NOT NULL,
    "run_id" VARCHAR NOT NULL,
    "source" VARCHAR NOT NULL,
    "kind" VARCHAR NOT NULL,
    "window_start" TIMESTAMP WITH TIME ZONE NOT NULL,
    "window_end" TIMESTAMP WITH TIME ZONE NOT NULL,
    "service_code" VARCHAR,
    "status" VARCHAR,
    "verdict" VARCHAR NOT NULL,
    "reason" VARCHAR NOT NULL,
    "records" BIGINT NOT NULL,
    "ids" BIGINT NOT NULL,
    "new" BIGINT NOT NULL,
    "changed" BIGINT NOT NULL,
    "unchanged" BIGINT NOT NULL,
    "stale" BIGINT NOT NULL,
    "repeated" BIGINT NOT NULL,
    "pending" BIGINT NOT NULL,
    "quarantined" BIGINT NOT NULL,
    "pages" BIGINT NOT NULL,
    "requests" BIGINT NOT NULL,
    "started_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "ended_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "tries" INTEGER NOT NULL,
    "next_try_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE main.service_attribute_value_versions (
    "source" VARCHAR NOT NULL,
    "service_code" VARCHAR NOT NULL,
    "code" VARCHAR NOT NULL,
    "value_number" INTEGER NOT NULL,
    "valid_from" TIMESTAMP WITH TIME ZONE NOT NULL,
    "valid_to" TIMESTAMP WITH TIME ZONE,
    "is_current" BOOLEAN NOT NULL,
    "key" VARCHAR,
    "name" VARCHAR
);

CREATE TABLE main.service_attribute_values (
    "source" VARCHAR NOT NULL,
    "service_code" VARCHAR NOT NULL,
    "code" VARCHAR NOT NULL,
    "value_number" INTEGER NOT NULL,
    "key" VARCHAR,
    "name" VARCHAR
);

CREATE TABLE main.service_attribute_versions (
    "source" VARCHAR NOT NULL,
    "service_code" VARCHAR NOT NULL,
    "code" VARCHAR NOT NULL,
    "valid_from" TIMESTAMP WITH TIME ZONE NOT NULL,
    "valid_to" TIMESTAMP WITH TIME ZONE,
    "is_current" BOOLEAN NOT NULL,
    "variable" BOOLEAN,
    "datatype" VARCHAR,
    "required" BOOLEAN,
    "datatype_description" VARCHAR,
    "attribute_order" INTEGER,
    "description" VARCHAR
);

CREATE TABLE main.service_attributes (
    "source" VARCHAR NOT NULL,
    "service_code" VARCHAR NOT NULL,
    "code" VARCHAR NOT NULL,
    "variable" BOOLEAN,
    "datatype" VARCHAR,
    "required" BOOLEAN,
    "datatype_description" VARCHAR,
    "attribute_order" INTEGER,
    "description" VARCHAR,
    "first_seen_at" TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE main.service_definition_versions (
    "source" VARCHAR NOT NULL,
    "service_code" VARCHAR NOT NULL,
    "valid_from" TIMESTAMP WITH TIME ZONE NOT NULL,
    "valid_to" TIMESTAMP WITH TIME ZONE,
    "is_current" BOOLEAN NOT NULL,
    "definition_hash" UBIGINT,
    "attributes" INTEGER NOT NULL
);

CREATE TABLE main.service_request_notes (
    "source" VARCHAR NOT NULL,
    "service_request_id" VARCHAR NOT NULL,
    "note_number" INTEGER NOT NULL,
    "note_datetime" TIMESTAMP WITH TIME ZONE,
    "type" VARCHAR,
    "summary" VARCHAR,
    "description" VARCHAR,
    "extended_attributes" JSON,
    "child_service_request_id" VARCHAR,
    "observed_at" TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE main.service_request_versions (
    "source" VARCHAR NOT NULL,
    "service_request_id" VARCHAR NOT NULL,
    "valid_from" TIMESTAMP WITH TIME ZONE NOT NULL,
    "valid_to" TIMESTAMP WITH TIME ZONE,
    "observed_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "is_current" BOOLEAN NOT NULL,
    "token" VARCHAR,
    "status" VARCHAR,
    "status_notes" VARCHAR,
    "service_code" VARCHAR,
    "service_name" VARCHAR,
    "description" VARCHAR,
    "agency_responsible" VARCHAR,
    "service_notice" VARCHAR,
    "requested_datetime" TIMESTAMP WITH TIME ZONE,
    "updated_datetime" TIMESTAMP WITH TIME ZONE,
    "expected_datetime" TIMESTAMP WITH TIME ZONE,
    "closed_datetime" TIMESTAMP WITH TIME ZONE,
    "closed_datetime_source" VARCHAR,
    "address" VARCHAR,
    "address_id" VARCHAR,
    "zipcode" VARCHAR,
    "lat" DOUBLE,
    "long" DOUBLE,
    "media_url" VARCHAR,
    "extended_attributes" JSON,
    "notes" JSON,
    "attributes" JSON,
    "extra" JSON,
    "gone_at" TIMESTAMP WITH TIME ZONE,
    "content_hash" UBIGINT NOT NULL,
    "page_sha256" VARCHAR NOT NULL
);

CREATE TABLE main.service_requests (
    "source" VARCHAR NOT NULL,
    "service_request_id" VARCHAR NOT NULL,
    "token" VARCHAR,
    "status" VARCHAR,
    "status_notes" VARCHAR,
    "service_code" VARCHAR,
    "service_name" VARCHAR,
    "description" VARCHAR,
    "agency_responsible" VARCHAR,
    "service_notice" VARCHAR,
    "requested_datetime" TIMESTAMP WITH TIME ZONE,
    "updated_datetime" TIMESTAMP WITH TIME ZONE,
    "expected_datetime" TIMESTAMP WITH TIME ZONE,
    "closed_datetime" TIMESTAMP WITH TIME ZONE,
    "closed_datetime_source" VARCHAR,
    "address" VARCHAR,
    "address_id" VARCHAR,
    "zipcode" VARCHAR,
    "lat" DOUBLE,
    "long" DOUBLE,
    "media_url" VARCHAR,
    "extended_attributes" JSON,
    "notes" JSON,
    "attributes" JSON,
    "extra" JSON,
    "first_seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "last_seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "last_changed_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "gone_at" TIMESTAMP WITH TIME ZONE,
    "content_hash" UBIGINT NOT NULL,
    "page_sha256" VARCHAR NOT NULL
);

CREATE TABLE main.service_versions (
    "source" VARCHAR NOT NULL,
    "service_code" VARCHAR NOT NULL,
    "valid_from" TIMESTAMP WITH TIME ZONE NOT NULL,
    "valid_to" TIMESTAMP WITH TIME ZONE,
    "is_current" BOOLEAN NOT NULL,
    "service_name" VARCHAR,
    "description" VARCHAR,
    "metadata" BOOLEAN,
    "type" VARCHAR,
    "keywords" VARCHAR[],
    "service_group" VARCHAR,
    "extra" JSON,
    "listed" BOOLEAN NOT NULL,
    "retired_at" TIMESTAMP WITH TIME ZONE,
    "content_hash" UBIGINT NOT NULL
);

CREATE TABLE main.services (
    "source" VARCHAR NOT NULL,
    "service_code" VARCHAR NOT NULL,
    "service_name" VARCHAR,
    "description" VARCHAR,
    "metadata" BOOLEAN,
    "type" VARCHAR,
    "keywords" VARCHAR[],
    "service_group" VARCHAR,
    "extra" JSON,
    "listed" BOOLEAN NOT NULL,
    "first_seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "last_seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "last_changed_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "absences" INTEGER NOT NULL,
    "retired_at" TIMESTAMP WITH TIME ZONE,
    "definition_asked_at" TIMESTAMP WITH TIME ZONE,
    "definition_hash" UBIGINT,
    "content_hash" UBIGINT NOT NULL
);
