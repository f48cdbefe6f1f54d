"""What the environment may say, read once by a host's entry point and handed on as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Literal

from ..value import value

NAMED_BACKENDS = ("auto", "local", "cloud")
_WEB = ("http://", "https://")


def is_web_address(text: str) -> bool:
    """Whether a text is an http or https address."""
    return text.lower().startswith(_WEB)


def is_backend(text: str) -> bool:
    """Whether a text names a backend: one of ours, or an address."""
    return text in NAMED_BACKENDS or is_web_address(text)


@value
class Settings:
    """The family's variables (NEMO_*, SKILL_SOURCE) and our own (SKILLTURN_*). None = not set.

    backend: "auto", "local", "cloud" or an http(s) URL. home: where state lives; see skill.turn.home.
    media_budget_bytes: what photos, films and their parts may take on this machine; beyond it old films go, then
    projects untouched for `media_old_s` seconds (keeping.py).
    """

    token: str | None = field(default=None, repr=False)  # what a traceback or a log shows of us is no place for it
    api_url: str | None = None
    web_url: str | None = None
    client_id: str | None = None
    skill_source: str | None = None
    backend: str = "auto"
    home: Path | None = None
    log: Literal["text", "json", "off"] = "off"
    media_budget_bytes: int = 8 << 30
    media_old_s: float = 30 * 24 * 3600

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read the variables; an empty one counts as not set."""
        home = environ.get("SKILLTURN_HOME")
        log = environ.get("SKILLTURN_LOG", "")
        return cls(
            token=environ.get("NEMO_TOKEN") or None,
            api_url=environ.get("NEMO_API_URL") or None,
            web_url=environ.get("NEMO_WEB_URL") or None,
            client_id=environ.get("NEMO_CLIENT_ID") or None,
            skill_source=environ.get("SKILL_SOURCE") or None,
            backend=environ.get("SKILLTURN_BACKEND") or "auto",
            home=Path(home) if home else None,
            log="json" if log == "json" else "text" if log == "text" else "off",
        )

    def resolve_backend(self, asked: str | None = None) -> str:
        """ "local", "cloud" or a URL. auto = cloud when a token or an API address is set, else the embedded studio.

        An address in NEMO_API_URL is the cloud's address; only a backend named as a URL stands on its own.
        Source: DESIGN, environment: nothing leaves the machine unasked.
        """
        backend = asked or self.backend
        if backend != "auto":
            return backend
        return "cloud" if self.token or self.api_url else "local"
