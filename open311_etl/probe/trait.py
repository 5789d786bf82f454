"""What a probe found: one trait of a server after the other, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from open311_etl.config import Source
from open311_etl.errors import SourceError

Confidence = Literal["seen", "likely", "unknown"]

_ABOUT = {"title", "dialect", "life", "evidence", "notes", "environments"}
"""What a profile says for people alone."""


@dataclass(frozen=True, slots=True)
class Trait:
    """One of a server's ways.

    ``value`` is text, a number, or ``None`` where it is unknown; ``evidence`` says in words what it
    rests on; ``confidence`` is ``seen`` (the server showed it), ``likely`` (it fits, but something
    else could look the same) or ``unknown``; ``requests`` counts the HTTP requests made for it
    alone; ``keys`` are the lines of a profile that follow from it.
    """

    name: str
    value: Any
    evidence: str
    confidence: Confidence = "seen"
    requests: int = 0
    keys: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """What was learnt of one server.

    ``source`` is what was known before; ``traits`` what was found, the unknown ones too;
    ``requests`` the HTTP requests made of the ``budget``; ``seconds`` how long it took; ``error``
    why it ended early where the server went away.
    """

    source: Source
    traits: tuple[Trait, ...]
    requests: int
    budget: int
    seconds: float
    error: SourceError | None = None

    def __getitem__(self, name: str) -> Trait:
        return next(trait for trait in self.traits if trait.name == name)

    def profile(self) -> dict[str, Any]:
        """Give the lines of a profile: what was found, over what was known, without defaults.

        A default is given only where it takes the place of something else that was known.
        """
        known = self.source.model_dump(exclude_unset=True, exclude=_ABOUT)
        found = {key: value for trait in self.traits for key, value in trait.keys.items()}
        lines = {**known, **found}
        defaults = {key: each.default for key, each in Source.model_fields.items()}
        return {
            key: lines[key]
            for key, default in defaults.items()
            if key in lines
            and (
                key == "url"
                or any(each != default for each in (lines[key], known.get(key, default)))
            )
        }

    def toml(self, name: str) -> str:
        """Give the table ``[sources.NAME]`` for ``open311.toml``, each line with its evidence."""
        from open311_etl.probe.table import written  # noqa: PLC0415

        return written(self, name)

    def as_dict(self) -> dict[str, Any]:
        """Give all of it in types that JSON knows."""
        return {
            "url": self.profile()["url"],
            "requests": self.requests,
            "budget": self.budget,
            "seconds": round(self.seconds, 1),
            "error": str(self.error) if self.error else None,
            "traits": [
                {
                    "name": trait.name,
                    "value": trait.value,
                    "evidence": trait.evidence,
                    "confidence": trait.confidence,
                    "requests": trait.requests,
                }
                for trait in self.traits
            ],
            "profile": self.profile(),
        }
