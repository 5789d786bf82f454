"""``submit`` and ``token``: report a request, and learn which id it gets."""

# ruff: noqa: PLC0415 - imported where it is needed, so that --help is quick

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from open311_etl.cli import screen
from open311_etl.cli.options import (
    AsJson,
    Config,
    DataDir,
    Quiet,
    SourceName,
    Verbose,
    at_least,
    opened,
)
from open311_etl.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from open311_etl.config import Settings
    from open311_etl.submission import Submission

Wait = Annotated[bool, typer.Option("--wait", help="Poll the token until it has an id.")]
Patience = Annotated[
    float,
    typer.Option(
        "--timeout", callback=at_least(0), metavar="SECONDS", help="Longest wait with --wait."
    ),
]


def _field(help_text: str, metavar: str = "TEXT") -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        metavar=metavar, help=help_text, show_default=False
    )
    return option


SUBMIT = """
  export CHICAGO_TEST_API_KEY=...
  open311-etl submit chicago.test --service-code 4fd3b167e750846744000005 \\
    --lat 41.8837 --long -87.6323 --description "A wall full of graffiti"
"""


def submit(
    source: SourceName,
    *,
    service_code: Annotated[str, _field("What is reported: a code of the source.", "CODE")],
    lat: Annotated[float | None, _field("Latitude, WGS84.", "DEGREES")] = None,
    long: Annotated[float | None, _field("Longitude, WGS84.", "DEGREES")] = None,
    address: Annotated[str | None, _field("Address, or where it is in words.")] = None,
    address_id: Annotated[str | None, _field("The source's number of the address.")] = None,
    description: Annotated[str | None, _field("What is the matter.")] = None,
    attribute: Annotated[
        list[str] | None,
        _field("An answer to the service's definition; again for more.", "CODE=VALUE"),
    ] = None,
    media_url: Annotated[str | None, _field("Address of a picture.", "URL")] = None,
    email: Annotated[str | None, _field("The reporter's address.")] = None,
    first_name: Annotated[str | None, _field("The reporter's first name.")] = None,
    last_name: Annotated[str | None, _field("The reporter's last name.")] = None,
    phone: Annotated[str | None, _field("The reporter's telephone.")] = None,
    device_id: Annotated[str | None, _field("The reporting device.")] = None,
    account_id: Annotated[str | None, _field("The reporter's account.")] = None,
    wait: Wait = False,
    timeout: Patience = 600,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Report a service request to a source.

    Prints its id, or the token that will become one. It is sent once. The place is --lat with
    --long, --address or --address-id. The API key comes from the environment variable that the
    source's profile names with api_key_env.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl import submission

    given: dict[str, object] = {
        "service_code": service_code,
        "lat": lat,
        "long": long,
        "address_string": address,
        "address_id": address_id,
        "description": description,
        "media_url": media_url,
        "email": email,
        "first_name": first_name,
        "last_name": last_name,
        "phone": phone,
        "device_id": device_id,
        "account_id": account_id,
    }
    fields = {name: str(value) for name, value in given.items() if value is not None}
    made = submission.submit(settings, source, {**fields, **_attributes(attribute or [])})
    screen.say(f"source {source}: the report was received")
    if made.service_notice:
        screen.say(f"source {source}: {made.service_notice}")
    if not wait:
        _tell(made, as_json)
        if not made.service_request_id:
            screen.say(f"this is its token: {screen.NAME} token {source} {made.token} --wait")
        return 0
    return _settle(settings, made, timeout, as_json)


def token(
    source: SourceName,
    token: Annotated[
        str, typer.Argument(metavar="TOKEN", help="What submit gave.", show_default=False)
    ],
    *,
    wait: Wait = False,
    timeout: Patience = 600,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> int:
    """Ask which id a token has become.

    Prints the service_request_id. While there is none, it prints nothing and ends with 1.
    """
    settings = opened(data_dir, config, quiet, verbose)
    from open311_etl import submission

    found = submission.token(settings, source, token)
    return _settle(settings, found, timeout if wait else 0, as_json)


COMMANDS = (
    (submit, SUBMIT),
    (
        token,
        """
  open311-etl token chicago 53d3b0f8e4b0d2b8b1f0a5a2
  open311-etl token chicago 53d3b0f8e4b0d2b8b1f0a5a2 --wait
""",
    ),
)


def _attributes(given: list[str]) -> dict[str, str | list[str]]:
    """Give the form's fields of the answers; several to one code go as ``attribute[CODE][]``."""
    answers: dict[str, list[str]] = {}
    for each in given:
        code, equals, value = each.partition("=")
        if not equals or not code.strip():
            raise UsageError(f'an attribute is written CODE=VALUE, not "{each}"')
        answers.setdefault(code.strip(), []).append(value)
    return {
        f"attribute[{code}]" + ("[]" if len(values) > 1 else ""): values
        if len(values) > 1
        else values[0]
        for code, values in answers.items()
    }


def _settle(settings: Settings, made: Submission, timeout: float, as_json: bool) -> int:
    """Wait for the id as long as is wanted; then give what there is."""
    from open311_etl import submission

    with ExitStack() as stack:
        console = screen.stderr()
        shown = console.is_terminal and timeout > 0
        spinner = stack.enter_context(console.status("")) if shown else None

        def asked(seconds: float) -> None:
            if spinner:
                spinner.update(f"no id for {seconds:.0f} of at most {timeout:.0f} s")

        try:
            found = submission.settled(settings, made, patience=timeout, asked=asked)
        except KeyboardInterrupt:
            raise Interrupted(
                f"interrupted; ask again: {screen.NAME} token {made.source} {made.token} --wait"
            ) from None
    if found.service_request_id or as_json:
        _tell(found, as_json)
    if not found.service_request_id:
        waited = f" after {timeout:.0f} s" if timeout else ""
        screen.warn(
            f"source {made.source}: token {made.token} has no service_request_id yet{waited}; "
            f"ask again: {screen.NAME} token {made.source} {made.token} --wait"
        )
    return 0 if found.service_request_id else 1


def _tell(made: Submission, as_json: bool) -> None:
    if as_json:
        screen.out_json(made)
    else:
        screen.out(made.service_request_id or made.token or "")
