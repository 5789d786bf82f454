"""What many tests need: the shared captures, and a pull that leaves nothing to chance."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from asked_city import Asked, an_asked_city

from open311_etl.config import Settings, Source

ROOT = Path(__file__).parent.parent


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The directory of captured bodies; the test is skipped where it is absent."""
    place = Path(os.environ.get("OPEN311_SHARED", ROOT.parent / "shared"))
    if not place.is_dir():
        pytest.skip(f"captured bodies are not at {place} (OPEN311_SHARED)")
    return place


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Give settings with one source, ``springfield``, that has these profile lines."""

    def make(url: str, **profile: object) -> Settings:
        lines = {"timezone": "America/Chicago", "page_size": 500, "first_page": 1, **profile}
        source = Source.model_validate({"name": "springfield", "url": url, **lines})
        return Settings(tmp_path / "data", {"springfield": source})

    return make


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A city that is pulled and published, to be read only: one for all processes of a run."""
    own = tmp_path_factory.getbasetemp()
    return an_asked_city(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
