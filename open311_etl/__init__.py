"""Every 311 service request of any Open311 (GeoReport v2) city, complete and current.

The commands are functions, too: ``pull``, ``catalog``, ``publish``, ``status``, ``sources``,
``query``, ``export``, ``audit``, ``replay``, ``doctor``, ``submit`` and ``token``, with
``load_settings``; for notebooks there are ``read`` and ``connect``. See ``open311_etl.library``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from open311_etl.config import load_settings as load_settings
    from open311_etl.library import check as check
    from open311_etl.library import connect as connect
    from open311_etl.library import pull as pull
    from open311_etl.library import read as read
    from open311_etl.library import sources as sources
    from open311_etl.library import submit as submit
    from open311_etl.library import token as token

    __version__: str

_FUNCTIONS = ("check", "connect", "load_settings", "pull", "read", "sources", "submit", "token")
_ROOMS = ("audit", "catalog", "doctor", "export", "publish", "query", "replay", "status")
"""Functions of the library that have the name of the room that does the work."""


class _Room(ModuleType):
    """A room that may be called by its name: ``open311_etl.query("FROM services")``."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        library = import_module("open311_etl.library")
        return getattr(library, self.__name__.rpartition(".")[2])(*args, **kwargs)


class _House(ModuleType):
    """The package: its functions are imported on first use, because ``--help`` must be quick."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _ROOMS and isinstance(value, ModuleType):  # as importing it does
            value.__class__ = _Room
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name == "__version__":
            return import_module("importlib.metadata").version("open311-etl")
        if name in _ROOMS:
            return import_module(f"open311_etl.{name}")
        if name in _FUNCTIONS:
            return getattr(import_module("open311_etl.library"), name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


sys.modules[__name__].__class__ = _House
