"""Moments at which a test, or a harness, may have this process die or a disk fail.

``OPEN311_FAILPOINT=NAME`` kills the process with SIGKILL as it comes to that moment,
``NAME:3`` as it comes to it for the third time, and ``NAME=ENOSPC`` (or another name of errno) has
the disk refuse there. Without the variable nothing is done; docs/reliability.md lists the moments.
"""

from __future__ import annotations

import errno
import os
import re
import signal

MOMENTS = (
    "in-landing",
    "after-landing",
    "in-journal",
    "after-journal",
    "in-transaction",
    "before-commit",
    "after-commit",
    "in-marts",
    "publish-staged",
    "publish-before-link",
    "publish-after-link",
    "replay-before-swap",
    "replay-after-swap",
)
_WANTED = re.compile(r"(?P<moment>[a-z-]+)(?::(?P<turn>\d+))?(?:=(?P<fault>E[A-Z]+))?")
_come_to: dict[str, int] = {}


def reach(moment: str) -> None:
    """Say that the process has come to a moment; raises OSError where the variable wants that."""
    wanted = os.environ.get("OPEN311_FAILPOINT")
    if not wanted:
        return
    found = _WANTED.fullmatch(wanted)
    if not found or found["moment"] != moment:
        return
    _come_to[moment] = _come_to.get(moment, 0) + 1
    if _come_to[moment] != int(found["turn"] or 1):
        return
    if found["fault"]:
        number = getattr(errno, found["fault"])
        raise OSError(number, os.strerror(number))
    os.kill(os.getpid(), signal.SIGKILL)
