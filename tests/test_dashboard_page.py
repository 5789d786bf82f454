"""The page in the reader's hands: filters, addresses, odd cities, ears, keyboards, phones."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from browsing import browsing, looking

from bench._city import Shape, settle
from open311_etl.config import Settings
from open311_etl.dashboard import Choice, build
from open311_etl.dashboard.shapes import Shapes
from open311_etl.query import query
from open311_etl.warehouse import warehouse

EVIL = "</script><script>window.broken = 1</script><img src=x onerror=broken=1>"
CITIES = (
    Shape(900),
    Shape(300, source="nowhere", title="Nowhere", coordinates=False, wards=0, expected=False),
    Shape(1, source="one", title="One", days=20),
    Shape(200, source="evil", title=EVIL, service_name=EVIL, wards=3, timezone="Asia/Kolkata"),
    Shape(
        80, source="twice", title="Twice", duplicates_only=True, service_name="Straßenschäden 道路"
    ),
)


def square(ward: int, *, turned: bool) -> dict[str, Any]:
    """Give a ward as GeoJSON, its ring running the way of RFC 7946 or, ``turned``, the other."""
    west, east = -87.9 + ward * 0.04, -87.86 + ward * 0.04
    ring = [[west, 41.65], [east, 41.65], [east, 42.0], [west, 42.0], [west, 41.65]]
    return {
        "type": "Feature",
        "properties": {"WARD": float(ward)},
        "geometry": {"type": "Polygon", "coordinates": [ring[::-1] if turned else ring]},
    }


def geojson(file: Path, wards: int = 5, *, turned: bool = False) -> Path:
    features = [square(ward, turned=turned) for ward in range(1, wards + 1)]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cities")
    settings = Settings(folder / "data", {})
    settle(settings, *CITIES)
    shapes = Shapes.read(geojson(folder / "wards.geojson"))
    build(settings, folder / "web" / "repo", Choice(wards={"springfield": shapes}))
    return folder / "web" / "repo" / "index.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as started:
        yield started


def test_filters_act_at_once_and_stand_in_the_address(browser: Any, site: Path) -> None:
    with looking(browser, site.as_uri()) as reader:
        page = reader.page
        reader.go("#overview?source=springfield")
        before = int(reader.tile("requests").replace(",", ""))
        page.click("details[data-filter=service] summary")
        page.check("details[data-filter=service] label:has-text('Pothole') input")
        reader.settled()
        chosen = int(reader.tile("requests").replace(",", ""))
        assert 0 < chosen < before
        assert page.url.endswith("&service=code-0")
        assert "Service: Pothole" in reader.text("#filters")
        page.keyboard.press("Escape")
        page.locator("#card-channels button.pick").first.click()
        reader.settled()
        both = int(reader.tile("requests").replace(",", ""))
        assert 0 < both < chosen
        page.reload()
        reader.settled()
        assert int(reader.tile("requests").replace(",", "")) == both
        charts = "[...document.querySelectorAll('#card-flow svg, #card-backlog svg')]"
        page.evaluate(f"window.kept = {charts}")
        page.go_back()
        reader.settled()
        assert int(reader.tile("requests").replace(",", "")) == chosen
        page.fill("input[data-filter=from]", "2026-01-01")  # weeks in place of days
        reader.settled()
        page.fill("input[data-filter=from]", "2026-04-20")
        reader.settled()
        assert "from=2026-04-20" in page.url
        page.click("text=Clear all")
        reader.settled()
        assert page.url.endswith("#overview")
        page.check("input[data-filter=all]")
        reader.settled()
        assert int(reader.tile("requests").replace(",", "")) > before
        # New data for the charts that are there: to make them anew takes ten times as long.
        assert page.evaluate(
            f"kept.length === 2 && {charts}.every((each, at) => each === kept[at])"
        )


@pytest.mark.parametrize("source", ["nowhere", "one", "evil", "twice"])
def test_an_odd_city_looks_right(browser: Any, site: Path, source: str) -> None:
    with looking(browser, site.as_uri()) as reader:
        reader.go(f"#overview?source={source}")
        assert reader.page.evaluate("window.broken") is None
        empty = {
            card.removeprefix("card-")
            for card in reader.page.eval_on_selector_all(
                ".card[data-empty=yes]", "cards => cards.map(card => card.id)"
            )
        }
        expected = {
            "nowhere": {"map", "wards", "on-time"},
            "one": {"times", "curve"},
            "evil": set(),
            "twice": {"flow", "times", "curve", "map", "services", "wards", "on-time", "channels"},
        }[source]
        assert expected <= empty, empty
        assert empty - expected <= {"ages", "on-time", "times"}
        if source == "nowhere":  # one of several, so its services are told from theirs
            assert "Pothole (Nowhere)" in reader.text("#card-services")
        if source == "one":  # there are not so many days
            assert not reader.page.is_visible("text=90 days")
        if source == "evil":
            assert EVIL in reader.text("#title")
            assert EVIL in reader.text("#card-services")
        if source == "twice":
            assert reader.tile("requests") == "0"
            assert "duplicates" in reader.text("#card-aside")
            reader.go("#overview?source=twice&all=1")
            assert "Straßenschäden 道路" in reader.text("#card-services")
        for view in (f"#complete?source={source}", f"#search?find=main&source={source}", "#how"):
            reader.go(view)
            assert reader.page.evaluate("window.broken") is None


def test_the_search_of_a_folder_tells_the_whole_history(browser: Any, site: Path) -> None:
    with looking(browser, site.as_uri()) as reader:
        reader.go("#search?source=springfield")
        reader.page.fill("#find", "sr0000001")
        reader.page.wait_for_url("**find=sr0000001")
        reader.settled()
        reader.page.locator(".found a", has_text="closed").first.click()
        reader.page.wait_for_selector("#request")
        told = reader.text("#request")
        assert "2 versions, 2 notes" in told
        assert "status: open → closed" in told
        assert "Request closed" in told
        assert "Free text" not in told  # left out unless asked for
        reader.page.fill("#find", "nothing at all")
        reader.page.wait_for_selector("text=No request matches within the filters.")


def test_filters_narrow_the_search(browser: Any, site: Path) -> None:
    settings = Settings(site.parents[2] / "data", {})
    within = (
        "SELECT service_request_id AS id FROM marts.fact_service_requests WHERE status = 'closed'"
        " AND source = 'springfield' AND coalesce(ward, 'none') IN ('3', 'none')"
        " AND requested_date BETWEEN '2026-04-01' AND '2026-04-20'"
    )
    view = "source=springfield&ward=3&ward=none&status=closed&from=2026-04-01&to=2026-04-20"
    with looking(browser, site.as_uri()) as reader:
        for find, only in (("", ""), ("pothole", " AND service_name = 'Pothole'")):
            reader.go(f"#search?{view}&find={find}")
            shown = set(reader.page.locator(".found .mono").all_inner_texts())
            truth = {row["id"] for row in query(settings, within + only).to_pylist()}
            assert shown == truth, find
            assert 0 < len(shown) < 50
            assert "within the filters" in reader.text("#found")
        reader.page.click("text=Search all")
        reader.page.wait_for_function("document.querySelectorAll('.found li').length === 50")
        assert reader.page.url.endswith("#search?find=pothole")
        reader.page.click("details[data-filter=channel] summary")
        reader.page.check("details[data-filter=channel] label:has-text('phone') input")
        reader.page.wait_for_selector("text=within the filters")
        assert not reader.page.is_visible("input[data-filter=all]")
        assert "Duplicates and information-only requests are found, too" in reader.text("#filters")


def test_days_narrow_what_is_told_of_completeness_and_other_filters_say_that_they_do_not(
    browser: Any, site: Path
) -> None:
    settings = Settings(site.parents[2] / "data", {})
    with looking(browser, site.as_uri()) as reader:
        reader.go("#complete?source=springfield")
        everything = reader.page.locator(".calendar .day").count()
        assert "only city and days act here." in reader.text("#filters")
        reader.page.fill("input[data-filter=from]", "2026-02-01")
        reader.page.fill("input[data-filter=to]", "2026-02-28")
        reader.page.wait_for_selector("text=on these days")
        assert reader.page.locator(".calendar .day").count() == 28 < everything
        assert reader.tile("suspect") == "7.1%"  # the 10th and the 11th of 28 days
        assert reader.tile("blocked") == "3.5%"
        assert reader.tile("unread") == "0%"
        (owed,) = query(
            settings,
            "SELECT count(*) AS n FROM etl.debt WHERE source = 'springfield'"
            " AND timezone('America/Chicago', span_start) < '2026-03-01'"
            " AND timezone('America/Chicago', span_end) > '2026-02-01'",
        ).to_pylist()
        assert owed["n"] > 0
        assert f"What is owed: {owed['n']} pieces on these days" in reader.text("main")
        assert "None on these days; 1 on others." in reader.text("main")
        reader.go("#complete?source=springfield&ward=3&from=2027-01-01")
        assert "None of these days was asked for." in reader.text("main")
        assert "not ward: 3." in reader.text("#filters")
        assert not reader.page.is_visible("details[data-filter=ward]")


def test_the_folder_works_under_a_path_of_any_web_server(browser: Any, site: Path) -> None:
    handler = partial(_Quiet, directory=str(site.parents[1]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}/repo/index.html"
        with looking(browser, address) as reader:
            reader.go("#overview?source=springfield")
            assert reader.page.locator("#card-flow svg").count() == 1
            reader.go("#search?find=main")
            assert reader.page.locator(".found li").count() > 0
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_ward_shapes_are_drawn_right_side_out(browser: Any, site: Path, tmp_path: Path) -> None:
    """Spherical projections fill everything but a ward whose ring runs as RFC 7946 has it."""
    settings = Settings(site.parents[2] / "data", {})
    outside = {}
    for turned in (False, True):
        shapes = Shapes.read(geojson(tmp_path / "wards.geojson", turned=turned))
        place = build(settings, tmp_path / str(turned), Choice(wards={"nowhere": shapes})).index
        with looking(browser, place.as_uri()) as reader:
            reader.go("#overview?source=nowhere")
            reader.page.wait_for_selector("#card-map canvas")
            outside[turned] = reader.page.eval_on_selector(
                "#card-map canvas",
                "canvas => [...canvas.getContext('2d').getImageData(2, 2, 1, 1).data]",
            )
    assert outside == {False: [0, 0, 0, 0], True: [0, 0, 0, 0]}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_no_page_has_a_serious_fault_for_ear_or_keyboard(
    browser: Any, site: Path, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with looking(browser, site.as_uri(), color_scheme=scheme) as reader:
        for view in ("#overview?source=springfield", "#search?find=main", "#complete", "#how"):
            reader.go(view)
            if view.startswith("#overview"):
                reader.page.click("details[data-filter=service] summary")
                reader.press("flow", "Table")
                reader.press("services", "SQL")
            found = axe.run(reader.page, options={"preload": False}).response["violations"]
            grave = [
                (each["id"], [node["html"] for node in each["nodes"]][:3])
                for each in found
                if each["impact"] in {"serious", "critical"}
            ]
            assert grave == [], (view, grave)


def test_a_phone_scrolls_one_way_and_a_keyboard_reaches_the_filters(
    browser: Any, site: Path
) -> None:
    with looking(browser, site.as_uri(), viewport={"width": 390, "height": 800}) as reader:
        for view in ("#overview?source=springfield", "#search?find=main", "#complete", "#how"):
            reader.go(view)
            assert reader.page.evaluate("document.documentElement.scrollWidth") <= 390
        reader.go("#overview?source=springfield")
        page = reader.page
        page.focus("details[data-filter=ward] summary")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        reader.settled()
        assert "ward=1" in page.url
        page.keyboard.press("Escape")
        focused = "document.activeElement.closest('details').dataset.filter"
        assert page.evaluate(focused) == "ward"


def test_numbers_are_as_the_reader_writes_them_and_paper_shows_every_card(
    browser: Any, site: Path
) -> None:
    with looking(browser, site.as_uri(), locale="de-DE") as reader:
        reader.go("#overview?source=springfield")
        assert "Mai" in reader.text("#as-of")
        reader.page.emulate_media(media="print")
        assert not reader.page.is_visible(".filters")
        assert reader.page.is_visible(".chosen")
        reader.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert reader.page.locator(".card .vega svg").count() == 4


def test_an_empty_database_says_so(browser: Any, tmp_path: Path) -> None:
    from open311_etl.publish import publish  # noqa: PLC0415

    settings = Settings(tmp_path / "data", {})
    with warehouse(settings.warehouse):
        pass
    publish(settings)
    with looking(browser, build(settings, tmp_path / "site").index.as_uri()) as reader:
        reader.go()
        assert "nothing was pulled yet" in reader.text("main")


def test_the_scripts_are_whole() -> None:
    node = shutil.which("node")
    if not node:
        pytest.skip("no node on PATH")
    page = Path(__file__).parents[1] / "open311_etl" / "dashboard" / "page"
    scripts = sorted(page.glob("*.js"))
    for script in scripts:
        done = subprocess.run([node, "--check", script], check=False, capture_output=True)
        assert (done.returncode, done.stderr) == (0, b""), script.name
    index = (page / "index.html").read_text()
    assert all(f'src="{file.name}"' in index for file in scripts)
    assert all(len(file.read_text().splitlines()) < 400 for file in page.iterdir())
