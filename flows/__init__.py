"""Prefect flows over the pipeline: on a schedule, resumable, to be watched.

What stands here is set before Prefect is imported, and only where nobody has set it: a variable of
the environment always wins. Prefect reads its profile and ``prefect.toml`` after the environment,
so set one of these there and it has to be unset here, or be set in the environment, too.
"""

import os

DEFAULTS = {
    # Nothing is told to anyone: not by the client (Amplitude), the server (a heartbeat), a run on
    # Prefect Cloud (spans and metrics), nor advertised in the dashboard.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # A flow that is called without a server gets one for as long as it runs. The first start lays
    # out its database, which took 99 s on a very busy machine; Prefect would wait for 20.
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",
    # That server would print its own death: stopped while it still records task runs one by one, it
    # logs "Error flushing events" with a traceback for each. Recorded together they rarely wait.
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    # The log holds what the flows say; what each task did is in the server.
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_LOGGERS_PREFECT_FLOW_RUNS_LEVEL": "INFO",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "open311_etl",
    "PREFECT_LOGGING_FORMATTERS_STANDARD_FORMAT": "%(asctime)s %(levelname)-7s %(message)s",
    "PREFECT_LOGGING_FORMATTERS_STANDARD_FLOW_RUN_FMT": "%(asctime)s %(levelname)-7s %(message)s",
    "PREFECT_LOGGING_FORMATTERS_STANDARD_TASK_RUN_FMT": "%(asctime)s %(levelname)-7s %(message)s",
}

for _name, _value in DEFAULTS.items():
    os.environ.setdefault(_name, _value)
