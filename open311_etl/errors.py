"""What can go wrong, grouped by what to do about it.

Every error carries one sentence for the user (what happened, to what, what is known, what to do
next) and the exit code that the command line ends with. All survive pickling, because they travel
between processes in Prefect.
"""

from __future__ import annotations


class Open311Error(Exception):
    """The base of all errors that a user can meet; ``exit_code`` is part of the public contract."""

    exit_code = 1


class UsageError(Open311Error):
    """The call or the configuration is wrong; correct it and call again."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file or environment variable cannot be used as it is."""


class SourceError(Open311Error):
    """A source could not be read; nothing is lost, the same call may be made again.

    ``status`` is the HTTP status when there was an answer, ``None`` when there was none;
    ``retry_after`` the seconds the server asked for, when it did; ``attempts`` the HTTP requests
    that were made.
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.attempts = attempts

    def __reduce__(self) -> tuple[object, ...]:
        return (_revive, (type(self), str(self), self.status, self.retry_after, self.attempts))


class SourceDown(SourceError):
    """No usable connection, a time-out, 5xx or 429 through all retries: try again later."""


class SourceRefused(SourceError):
    """The server understood and said no (400, 401, 403, a redirect off http): see the profile."""


class NotFound(SourceError):
    """The server says there is no such thing (404, 410): for an id, an answer, not a failure."""


class BadBody(SourceError):
    """An answer came whole but cannot be read (HTML, truncated, not GeoReport, too large)."""


class WarehouseError(Open311Error):
    """The warehouse or the data directory cannot be used now."""

    exit_code = 4


class WarehouseBusy(WarehouseError):
    """Another process holds the warehouse; wait for it, or see who it is."""


class WarehouseDamaged(WarehouseError):
    """The warehouse, a landing file or a published file is not what it should be."""


class ChecksFailed(Open311Error):
    """Data tests found what must not stay; everything was stored and published all the same."""


class Interrupted(Open311Error):
    """The user stopped the run; what was loaded stays and the next run goes on from there."""

    exit_code = 130


def _revive(
    kind: type[SourceError],
    message: str,
    status: int | None,
    retry_after: float | None,
    attempts: int,
) -> SourceError:
    return kind(message, status=status, retry_after=retry_after, attempts=attempts)
