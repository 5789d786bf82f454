"""Source and Settings: what a user may set, from TOML and the environment, checked on load."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from open311_etl.errors import ConfigError, UsageError

PERSONAL_FIELDS = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "requestor_name",
    "requestor_email",
    "requestor_phone",
    "contact_name",
    "contact_email",
    "contact_phone",
    "device_id",
    "account_id",
)
"""Fields known to carry names, mails and phones (Q-EXT-4); dropped before anything is written."""


def _http_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return url if url.endswith("/") else url + "/"  # Q-ERR-10


def known_zone(name: str) -> str:
    """Give the name of a time zone as it is; raises ValueError, with a near name, for no zone's."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # a name that is unknown, a directory, a path
        known = sorted(available_timezones())
        if not known:
            raise ValueError('there is no time zone data; "pip install tzdata" brings it') from None
        near = _nearest(name, known) or " such as America/Chicago"
        raise ValueError(f"is no IANA time zone{near}") from None
    return name


class Source(BaseModel):
    """One GeoReport v2 server with its profile; only ``url`` is required.

    Without a line for a quirk nothing is assumed: it is checked and learnt while reading. The quirk
    ids (Q-...) are explained in ``docs/quirks.md``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field("", exclude=True, description="Set from the table's name, not in the file.")
    title: str = Field("", description="The place in words: 'Chicago, IL'.")
    url: Annotated[str, AfterValidator(_http_url)] = Field(
        description="Base URL, up to and with v2/."
    )
    jurisdiction_id: str | None = Field(
        None, description="Sent with each call where set (Q-RATE-5)."
    )
    format: Literal["json", "xml"] = Field("json", description="The format asked for (Q-FMT-4).")
    timezone: Annotated[str, AfterValidator(known_zone)] = Field(
        "UTC", description="Zone of local days, and of times without an offset (Q-TIME-1)."
    )
    utc_is_local: bool = Field(
        False,
        description="Times labelled Z are local times (Q-TIME-5); dates sent, too (Q-DATE-7).",
    )

    paging: Literal["page", "none"] = Field(
        "page", description="'none': one answer is all there is."
    )
    page_param: str = Field("page", description="Name of the page number's parameter.")
    first_page: Literal[0, 1] | None = Field(
        None, description="Number of the first page; learnt if not given (Q-PAGE-1)."
    )
    page_size: int = Field(100, ge=1, le=10_000, description="Rows asked for in a page (Q-PAGE-5).")
    page_size_param: str = Field(
        "page_size", description="per_page, limit, max_requests (Q-PAGE-4)."
    )
    short_pages: bool = Field(
        True, description="A short page may stand before the end, so read on (Q-PAGE-7)."
    )
    row_cap: int | None = Field(
        None, ge=0, description="Most rows one answer gives; 0: none; learnt if absent (Q-WIN-1)."
    )
    max_span_days: float = Field(90, gt=0, description="Longest span of dates in a call (Q-WIN-3).")
    window_hours: float = Field(24, gt=0, description="Width of a planned window.")
    date_format: Literal["Z", "naive"] = Field(
        "Z", description="Dates are sent with Z, or without any offset (Q-DATE-4)."
    )
    date_filter: Literal["requested", "ignored"] = Field(
        "requested", description="'ignored': any dates bring everything, so one walk reads it all."
    )
    default_params: dict[str, str] = Field(
        {},
        description="Sent with every list of requests, such as status = 'open,closed' (Q-STAT-2).",
    )
    extensions: str | None = Field(
        "true", description="Value of the extensions parameter; '' sends none (Q-EXT-1)."
    )
    updated_filter: bool | None = Field(
        None, description="updated_after works; verified if absent (Q-DATE-2)."
    )
    id_list: int | None = Field(
        None, ge=0, description="Most ids in service_request_id=a,b,c; 0: no lists (Q-ID-8)."
    )
    code_list: bool = Field(False, description="service_code=a,b,c works (Q-SVC-9).")

    api_key_env: str | None = Field(
        None, description="Environment variable that holds the API key."
    )
    api_key_in: Literal["query", "header"] = Field("query", description="Where the key is sent.")
    api_key_header: str = Field(
        "api_key", description="Header of the key where api_key_in='header'."
    )
    api_key_reads: bool = Field(False, description="The key is sent with reads, too (Q-RATE-4).")
    rate_per_minute: float | None = Field(None, gt=0, description="Requests a minute (Q-RATE-1).")
    concurrency: int = Field(4, ge=1, le=32, description="Most requests at once.")
    retries: int = Field(4, ge=0, le=20, description="Tries after the first, with backoff.")
    connect_timeout: float = Field(10, gt=0, description="Seconds to wait for a connection.")
    read_timeout: float = Field(60, gt=0, description="Seconds to wait for bytes (Q-FMT-10).")
    total_timeout: float = Field(300, gt=0, description="Seconds that one answer may take in all.")
    max_body_mb: float = Field(64, gt=0, description="Largest body, after decompression.")
    verify_tls: bool = Field(
        True, description="False accepts any certificate, and logs it (Q-ERR-8)."
    )
    accept_encoding: str = Field("gzip, deflate", description="'identity' where that is broken.")

    bbox: tuple[float, float, float, float] | None = Field(
        None, description="West, south, east, north: coordinates outside are reported (Q-GEO-4)."
    )
    drop_fields: tuple[str, ...] = Field(
        PERSONAL_FIELDS, description="Personal data, removed before landing (Q-EXT-4)."
    )
    settle_days: float = Field(14, ge=0, description="How long late rows of a day are looked for.")
    landing_days: float | None = Field(
        None,
        ge=1,
        description="Landed bodies that no stored row came from go after so long; never if absent.",
    )
    follow_days: float = Field(
        365, ge=0, description="Requests for which nothing happened for longer are not followed."
    )
    follow_requests: int = Field(
        500, ge=0, description="Most calls of a pull to look at known requests again."
    )
    resweep_days: float = Field(
        30, ge=0, description="All windows are read again in so long; 0: never (Q-LIFE-2)."
    )
    definitions_days: float = Field(
        7,
        ge=0,
        description="So often each definition is asked for again, each on a day of its own.",
    )

    dialect: str = Field("", description="The server's software, where known.")
    life: Literal["alive", "unknown", "dead"] = Field(
        "unknown", description="Last evidence of life."
    )
    evidence: str = Field("", description="When and by whom it was last seen alive or dead.")
    notes: str = Field("", description="What else is known of its ways.")
    environments: dict[str, dict[str, Any]] = Field(
        {}, description="Other environments of the same city; each line overrides the profile's."
    )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def api_key(self) -> str | None:
        """Give the API key from the environment, or ``None`` where the profile names none.

        Raises ConfigError where the profile names a variable that is not set.
        """
        if self.api_key_env is None:
            return None
        key = os.environ.get(self.api_key_env)
        if not key:
            raise ConfigError(
                f"source {self.name}: no API key; set the environment variable {self.api_key_env}"
            )
        return key


@dataclass(frozen=True)
class Settings:
    """Where the data is and which sources there are: the outcome of reading all configuration."""

    data_dir: Path
    sources: Mapping[str, Source]
    config_file: Path | None = None
    contact: str = ""

    @property
    def warehouse(self) -> Path:
        return self.data_dir / "open311.duckdb"

    @property
    def landing(self) -> Path:
        return self.data_dir / "landing"

    @property
    def lake(self) -> Path:
        return self.data_dir / "lake"

    @property
    def published(self) -> Path:
        return self.data_dir / "published"

    @property
    def locks(self) -> Path:
        return self.data_dir / "locks"

    @cached_property
    def user_agent(self) -> str:
        """The User-Agent sent to every server, with the contact that the user set, if any."""
        contact = self.contact or "https://pypi.org/project/open311-etl/"
        return f"open311-etl/0.1 (+{contact})"

    def source(self, name: str) -> Source:
        """Give the source of that name; ``city.test`` names an environment of ``city``.

        Raises UsageError that lists the nearest names where there is none.
        """
        if name in self.sources:
            return self.sources[name]
        near = difflib.get_close_matches(name, self.sources, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f'unknown source "{name}"{hint} ("open311-etl sources" lists all)')


def load_settings(data_dir: Path | str | None = None, config: Path | str | None = None) -> Settings:
    """Read the built-in sources, then the user's file over them, then the environment.

    Takes the values of ``--data-dir`` and ``--config``; where they are ``None``, OPEN311_DATA_DIR
    and OPEN311_CONFIG, else ``./data`` and ``./open311.toml`` if it is there. A user's table of a
    known name changes only the keys it names. Raises ConfigError naming file, key and what would
    be right.
    """
    known = _read_toml(Path(str(resources.files("open311_etl") / "sources.toml")))
    file = _config_file(config)
    own = _read_toml(file) if file else {}
    for key in own.keys() - {"sources", "contact", "data_dir"}:
        raise ConfigError(
            f'{file}: unknown key "{key}"{_nearest(key, ["sources", "contact", "data_dir"])}'
        )
    tables: dict[str, dict[str, Any]] = dict(known.get("sources", {}))
    for name, table in _tables(own.get("sources", {}), file, "sources").items():
        tables[name] = _over(tables.get(name, {}), table)
    sources = {
        full: source
        for name, table in tables.items()
        for full, source in _sources(
            name, table, file if file and name in own.get("sources", {}) else Path("sources.toml")
        )
    }
    place = data_dir or os.environ.get("OPEN311_DATA_DIR") or own.get("data_dir") or "data"
    contact = os.environ.get("OPEN311_CONTACT") or own.get("contact", "")
    if not isinstance(contact, str) or not isinstance(place, (str, Path)):
        raise ConfigError(f"{file}: contact and data_dir must be text")
    return Settings(Path(place), sources, file, contact)


def _config_file(given: Path | str | None) -> Path | None:
    named = given or os.environ.get("OPEN311_CONFIG")
    if named:
        if not Path(named).is_file():
            raise ConfigError(f"{named}: no such configuration file")
        return Path(named)
    default = Path("open311.toml")
    return default if default.is_file() else None


def _over(known: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Lay a user's profile over the built-in one, key by key, environments too."""
    merged = {**known, **own}
    theirs, ours = known.get("environments"), own.get("environments")
    if isinstance(theirs, dict) and isinstance(ours, dict):
        merged["environments"] = {
            **theirs,
            **{
                label: {**theirs.get(label, {}), **lines} if isinstance(lines, dict) else lines
                for label, lines in ours.items()
            },
        }
    return merged


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not valid TOML: {error}") from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None


def _tables(value: object, file: Path | None, key: str) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        raise ConfigError(f"{file}: {key} must hold tables such as [{key}.springfield]")
    return value


def _sources(name: str, table: dict[str, Any], file: Path) -> list[tuple[str, Source]]:
    """Give the source of a table, and one more for each of its environments."""
    if not name or not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise ConfigError(f'{file}: source name "{name}" may hold only a-z, 0-9, - and _')
    made = [(name, _source(name, table, file, f"sources.{name}"))]
    base = {key: value for key, value in table.items() if key != "environments"}
    environments = _tables(table.get("environments", {}), file, f"sources.{name}.environments")
    for label, changed in environments.items():
        where = f"sources.{name}.environments.{label}"
        made.append(
            (f"{name}.{label}", _source(f"{name}.{label}", {**base, **changed}, file, where))
        )
    return made


def _source(name: str, table: dict[str, Any], file: Path, where: str) -> Source:
    listed = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    if "name" in table:
        raise ConfigError(f'{file}: unknown key "{where}.name"; the table\'s own name is the name')
    try:
        return Source.model_validate({**listed, "name": name})
    except ValidationError as error:
        raise ConfigError(_first_fault(error, file, where)) from None


def _first_fault(error: ValidationError, file: Path, where: str) -> str:
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f'{file}: unknown key "{where}.{key}"{_nearest(key, Source.model_fields)}'
    if fault["type"] == "missing":
        return f'{file}: "{where}" lacks the key "{key}"'
    said = fault["msg"].removeprefix("Value error, ")
    return f'{file}: "{where}.{key}" = {fault["input"]!r}: {said[:1].lower()}{said[1:]}'


def _nearest(key: str, known: Any) -> str:
    near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
    return f'; did you mean "{near[0]}"?' if near else ""
