"""What every call of the command line starts from: the environment, the working directory, the state folder."""

from __future__ import annotations

import os
from pathlib import Path

from ...turn.home import conversation_file, current_conversation, state_home
from ...turn.journal import Journal
from ...turn.logs import configure_logs
from ...turn.settings import Settings
from ...value import value
from .exits import CallError


@value
class Desk:
    """One call's surroundings. home: the state folder, which exists."""

    settings: Settings
    workspace: Path
    home: Path

    @classmethod
    def open(cls) -> Desk:
        """Raises HomeError when there is no place for state."""
        settings = Settings.from_environment(os.environ)
        configure_logs(settings.log, (settings.token,))
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
