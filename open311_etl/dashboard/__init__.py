"""The bundled dashboard: one page over the published data, served live or written as a folder.

The page itself is in ``page/``, plain HTML, CSS and JavaScript without a build step, the libraries
that draw in ``vendor/``. It gets all numbers as packed columns in one script (``content``), because
a script is what a browser also loads from a disk; it counts them itself, so that a filter needs no
server. Nothing is asked for outside.
"""

from __future__ import annotations

from open311_etl.dashboard.content import Choice
from open311_etl.dashboard.live import serve
from open311_etl.dashboard.site import SiteReport, build

__all__ = ["Choice", "SiteReport", "build", "serve"]
