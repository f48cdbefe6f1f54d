"""What every call of the command line starts from: the environment, the working directory, the state folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...turn.home import conversation_file, current_conversation, state_home
from ...turn.journal import Journal
from ...turn.settings import Settings
from .exits import CallError


@dataclass(frozen=True, slots=True)
class Desk:
    """One call's surroundings. home: the state folder, which exists."""

    settings: Settings
    workspace: Path
    home: Path

    @classmethod
    def open(cls) -> Desk:
        """Raises HomeError when there is no place for state."""
        settings = Settings.from_environment(os.environ)
        if settings.log != "off":
            _write_logs(settings.log)
        workspace = Path.cwd()
        return cls(settings, workspace, state_home(settings, workspace))

    def conversation(self, name: str | None) -> str:
        """The conversation called `name`, else the one that belongs to the working directory."""
        return name or current_conversation(self.home, self.workspace)

    def journal(self, name: str) -> Journal:
        """Its journal, begun if need be."""
        return Journal.open(conversation_file(self.home, name), name=name)

    def known_journal(self, name: str) -> Journal:
        """Its journal. Raises CallError when there is no such conversation."""
        if not conversation_file(self.home, name).exists():
            raise CallError(f'There is no conversation "{name}" here; `skillturn conversations` lists them.')
        return self.journal(name)


def _write_logs(form: str) -> None:
    import structlog  # noqa: PLC0415 - start-up: only when logs are asked for

    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _without_secrets,
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )


_SECRET = frozenset({"authorization", "token", "client_id", "claim_token"})


def _without_secrets(_: object, __: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in line.items() if key.lower() not in _SECRET}
