"""Serve the dashboard from this machine, always over what was published last."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import uvicorn

from open311_etl.config import Settings
from open311_etl.dashboard.app import build_app
from open311_etl.dashboard.content import Choice
from open311_etl.dashboard.shown import Shown
from open311_etl.listening import LOOPBACK, listen


def serve(
    settings: Settings,
    choice: Choice | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    hosts: Sequence[str] = (),
    ready: Callable[[str, Shown], None] = lambda *_: None,
) -> None:
    """Serve the dashboard until the process is interrupted.

    ``hosts`` are names beside the machine's own that callers may use for it. ``ready`` is called
    once with the address when connections are accepted. Raises UsageError where the port is taken.
    """
    shown = Shown(settings, choice or Choice())
    with listen(host, port) as listening:
        shown.refresh()
        app = build_app(shown, hosts=[*LOOPBACK, host, *hosts])
        name = f"[{host}]" if ":" in host else host
        ready(f"http://{name}:{listening.getsockname()[1]}/", shown)
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="error",
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        uvicorn.Server(config).run([listening])
