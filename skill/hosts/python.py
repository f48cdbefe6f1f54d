"""The runtime inside a Python program: open it, talk, read the events."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio

from ..document import load_skill
from ..turn.events import TurnEvent, TurnRequest
from ..turn.follow import Follower, follow
from ..turn.home import conversation_file, plans_folder, state_home
from ..turn.intake import running_turn, take_in
from ..turn.journal import Journal
from ..turn.runners import Inline
from ..turn.settings import Settings


class Skillturn:
    """Runs turns of one skill in the caller's event loop; an async context manager.

    skill: folder of the SKILL.md. home: where conversations are kept; the platform's own place unless given.
    backend: "auto", "local", "cloud" or an http(s) address. Leaving the context stops what still runs; a later
    context resumes it.
    """

    def __init__(self, skill: Path | str, *, home: Path | str | None = None, backend: str = "auto") -> None:
        self._skill = Path(skill).absolute()
        environment = dict(os.environ) | ({"SKILLTURN_HOME": str(home)} if home else {})
        self._settings = Settings.from_environment(environment)
        self._backend = self._settings.resolve_backend(backend if backend != "auto" else None)
        self._home = state_home(self._settings, Path.cwd())
        self._opened = AsyncExitStack()
        self._runner: Inline | None = None

    async def __aenter__(self) -> Self:
        """Raises DocumentError for a SKILL.md that cannot be read."""
        load_skill(self._skill, plans_folder(self._home))
        tasks = await self._opened.enter_async_context(anyio.create_task_group())
        self._opened.callback(tasks.cancel_scope.cancel)
        self._runner = Inline(tasks)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.__aexit__(kind, error, trace)

    async def turn(
        self,
        text: str,
        *,
        files: Iterable[Path | str] = (),
        urls: Iterable[str] = (),
        conversation: str = "default",
        output: Path | str = ".",
        again: bool = True,
    ) -> AsyncIterator[TurnEvent]:
        """One chat turn; yields its events as they come, the last one a Done.

        again: False re-attaches to a turn with the same words and files that still runs.
        """
        runner = self._runner
        if runner is None:
            raise RuntimeError("open it first: async with Skillturn(…) as skill")
        request = self._request(text, files, urls, output)
        with runner.journal(conversation_file(self._home, conversation), conversation) as journal:
            turn, _ = take_in(journal, request, self._settings, self._home, again=again)
            runner.ensure(journal)
            follower = Follower(journal, turn.id)
            async for event in follow(follower, lambda: runner.ensure(journal)):
                yield event
            journal.note_told(turn.id, follower.told, all_of_it=True)

    def _request(self, text: str, files: Iterable[Path | str], urls: Iterable[str], output: Path | str) -> TurnRequest:
        return TurnRequest(
            text=text,
            files=tuple(Path(path).absolute() for path in files),
            urls=tuple(urls),
            output_dir=Path(output).absolute(),
            skill_dir=self._skill,
            backend=self._backend,
        )

    def cancel(self, conversation: str = "default") -> None:
        """Stop the turn that runs in a conversation."""
        with closing(Journal.open(conversation_file(self._home, conversation), name=conversation)) as journal:
            if turn := running_turn(journal):
                journal.ask_cancel(turn.id)
