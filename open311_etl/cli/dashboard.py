"""``dashboard``: the bundled dashboard, served over what is published or written as a folder."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from open311_etl.cli import screen
from open311_etl.cli.options import Config, DataDir, Quiet, Verbose, at_least, opened
from open311_etl.errors import UsageError

if TYPE_CHECKING:
    from open311_etl.config import Settings
    from open311_etl.dashboard import Choice

SERVE = """
  open311-etl dashboard serve
  open311-etl dashboard serve --open --port 0
  open311-etl dashboard serve --wards chicago=wards.geojson
"""
BUILD = """
  open311-etl dashboard build site
  open311-etl dashboard build site --since 2026-01-01 --search 0
"""

Since = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="First day; without it, as many days as a browser handles well.",
        show_default=False,
    ),
]
Title = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Stands at the top.", show_default=False)
]
Wards = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[SOURCE=]FILE",
        help="GeoJSON of the wards, drawn under the map; again for more sources.",
        show_default=False,
    ),
]
WardName = Annotated[
    str | None,
    typer.Option(
        metavar="PROPERTY",
        help="The property in it that holds the ward; found by its name if not given.",
        show_default=False,
    ),
]
Points = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        callback=at_least(0),
        help="Requests, the newest, whose places the page knows to about 60 m, to show few of them "
        "one by one; of others it knows the cell of 500 m. Without it, as many as fit in 5 MB.",
        show_default=False,
    ),
]


def serve(
    *,
    since: Since = None,
    points: Points = None,
    title: Title = None,
    wards: Wards = None,
    ward_name: WardName = None,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Listen on this address.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="N", help="Listen on this port; 0 takes a free one.")
    ] = 8311,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Another name that browsers may use for this machine; again for more.",
            show_default=False,
        ),
    ] = None,
    browser: Annotated[bool, typer.Option("--open", help="Open it in the browser, too.")] = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Serve the dashboard over the published data, until Ctrl-C.

    It only reads, and shows the new data by itself as soon as something is published. Anybody who
    can reach the address can read the data: by default only this machine can.
    """
    settings = opened(data_dir, config, quiet, verbose)
    with _installed():
        from open311_etl.dashboard import serve as run

    def ready(address: str, state: str, fault: str | None) -> None:
        screen.out(address)
        screen.say(f"The dashboard of {settings.published}, until Ctrl-C ({state})")
        if fault:
            screen.warn(fault)
        if browser:
            webbrowser.open(address)

    try:
        run(
            settings,
            _choice(settings, wards, ward_name, since=_day(since), points=points, title=title),
            host=host,
            port=port,
            hosts=allow_host or (),
            ready=lambda address, shown: ready(address, shown.state, shown.fault),
        )
    except KeyboardInterrupt:
        screen.say("stopped")
    return 0


def build(
    *,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to write it.", show_default=False)
    ],
    since: Since = None,
    points: Points = None,
    title: Title = None,
    wards: Wards = None,
    ward_name: WardName = None,
    search: Annotated[
        int,
        typer.Option(
            metavar="N",
            callback=at_least(0),
            help="Requests its search knows: those that changed last, half of them open.",
        ),
    ] = 2_000,
    descriptions: Annotated[
        bool,
        typer.Option(
            "--descriptions",
            help="Give the search the reporters' free text, too, which may hold personal data.",
        ),
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Write the dashboard as a folder that needs no server.

    Open its index.html from the disk, mail it, or put it on GitHub Pages. It holds the published
    data of now, and asks nobody outside. Run it again to renew it.
    """
    settings = opened(data_dir, config, quiet, verbose)
    with _installed():
        from open311_etl.dashboard import build as write
    report = write(
        settings,
        folder,
        _choice(settings, wards, ward_name, since=_day(since), points=points, title=title),
        searched=search,
        descriptions=descriptions,
    )
    screen.out(str(report.index))
    screen.say(
        f"{report.requests:,} requests, {report.searched:,} of them with their history in the "
        f"search; {report.bytes / 1e6:.1f} MB, {report.data_bytes / 1e6:.1f} MB of it data, "
        f"in {report.seconds:.1f} s"
    )
    return 0


app = typer.Typer(
    name="dashboard",
    help="The bundled dashboard over the published data.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
COMMANDS: tuple[tuple[str, Callable[..., int], str], ...] = (
    ("serve", serve, SERVE),
    ("build", build, BUILD),
)


def _choice(
    settings: Settings, wards: list[str] | None, ward_name: str | None, **more: Any
) -> Choice:
    from open311_etl.dashboard import Choice
    from open311_etl.dashboard.shapes import Shapes

    shapes = {}
    for given in wards or []:
        source, equals, file = given.partition("=")
        read = Shapes.read(Path(file if equals else given), ward_name)
        for name in [settings.source(source).name] if equals else settings.sources:
            shapes[name] = read
    return Choice(wards=shapes, **more)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"--since {text}: a date, please, such as 2026-01-31") from None


@contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the dashboard needs {error.name}: pip install 'open311-etl[dashboard]'"
        ) from None
