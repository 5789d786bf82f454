"""The worked notebook runs from its first cell to its last, and shows what the city knows."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from asked_city import Asked
from city_truth import Truth
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "examples" / "potholes.ipynb"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_shows_what_the_city_knows(
    asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPEN311_DATA_DIR", str(asked.folder))
    monkeypatch.setenv("OPEN311_CONFIG", str(asked.config))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "clear the outputs"
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    shown = "\n".join(
        str(output.get("data", {}).get("text/plain", output.get("text", "")))
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    )
    truth = Truth(asked)
    old = [each for each in truth.aged(30) if "pothole" in each.name.lower()]
    in_time = sum(each.days is not None and each.days <= 30 for each in old)
    assert len(old) > 10
    assert f"{len(old)} requests are 30 days old, and {in_time / len(old):.0%}" in shown
    assert "Error" not in shown
