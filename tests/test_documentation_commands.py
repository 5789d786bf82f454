"""The page of the commands says what the commands say of themselves."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_page_of_the_commands_is_what_their_help_says() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "write_cli.py"))
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == script["page"](), "run: python docs/write_cli.py"
