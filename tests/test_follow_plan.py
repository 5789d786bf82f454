"""What a pull would follow, and what it would cost, can be seen before it asks anybody."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from commanding import command
from daily import daily, last, prompt

from open311_etl import pipeline
from open311_etl.sandbox import City


def test_a_dry_run_shows_who_is_due_by_which_calls_and_what_is_left(tmp_path: Path) -> None:
    city = prompt(City(200, days=6, services=5))
    ways = {"updated_filter": "refused"}
    settings, _, server = last(daily(tmp_path / "data", city, 2, **ways))
    asked = len(server.requests)
    now = city.start + timedelta(days=6)
    plan = pipeline.plan("springfield", settings, end=now)
    assert plan.follow.due > 30
    assert plan.follow.left == 0
    assert plan.follow.ids or plan.follow.sweeps
    assert 0 < plan.follow.calls <= plan.follow.budget == 500
    poor = pipeline.plan("springfield", settings, end=now, follow_requests=0)
    assert (poor.follow.left, poor.follow.calls) == (plan.follow.due, 0)
    assert len(server.requests) == asked, "nobody was asked"
    config = tmp_path / "open311.toml"
    config.write_text(
        f'[sources.springfield]\nurl = "{server.url}"\ntimezone = "America/Chicago"\n'
        "page_size = 100\nfirst_page = 1\nsettle_days = 1\n"
    )
    said = command(
        "pull", "springfield", "--dry-run", "--json", "--follow-requests", "0",
        "--end", now.isoformat(), "--config", str(config), "--data-dir", str(tmp_path / "data"),
    )  # fmt: skip
    (shown,) = json.loads(said.out)["sources"]
    assert shown["follow"]["due"] == shown["follow"]["left"] == plan.follow.due
    assert shown["follow"]["most_requests"] == 0
