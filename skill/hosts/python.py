"""The runtime inside a Python program: open it, talk, read the events."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio

from ..document import SkillPlan, load_skill
from ..turn.conversation import spoken_language
from ..turn.events import Done, TurnEvent, TurnRequest
from ..turn.follow import Follower, follow
from ..turn.home import conversation_file, plans_folder, state_home
from ..turn.intake import running_turn, take_in
from ..turn.journal import Journal
from ..turn.problems import bad_files
from ..turn.runners import Inline
from ..turn.say import Messages
from ..turn.settings import Settings
from .media import bad_links, expand
from .words import too_long


class Skillturn:
    """Runs turns of one skill in the caller's event loop; an async context manager.

    skill: folder of the SKILL.md. backend: "auto" (the one a conversation began with), "local", "cloud" or an http(s)
    address. home: where conversations are kept; the platform's own place unless given.
    Leaving the context stops what still runs; a later context resumes it.
    """

    def __init__(self, skill: Path | str, *, home: Path | str | None = None, backend: str = "auto") -> None:
        self._skill = Path(skill).absolute()
        environment = dict(os.environ) | ({"SKILLTURN_HOME": str(home)} if home else {})
        self._settings = Settings.from_environment(environment)
        named = self._settings.backend if backend == "auto" else backend
        self._backend = None if named == "auto" else named
        self._home = state_home(self._settings, Path.cwd())
        self._opened = AsyncExitStack()
        self._plan: SkillPlan | None = None
        self._runner: Inline | None = None

    async def __aenter__(self) -> Self:
        """Raises DocumentError for a SKILL.md that cannot be read."""
        self._plan = load_skill(self._skill, plans_folder(self._home))
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

        files: in the user's order; a folder stands for its pictures in the order they were taken. Where one of them, or
        a link, cannot be used, a Problem names all of those, and no turn begins: the Done has no turn_id.
        Raises ValueError, before anything is sent, for more words than a backend takes.
        again: False re-attaches to a turn with the same words and files that still runs.
        """
        runner, plan = self._runner, self._plan
        if runner is None or plan is None:
            raise RuntimeError("open it first: async with Skillturn(…) as skill")
        if (complaint := too_long(text)) is not None:
            raise ValueError(complaint)
        urls = tuple(urls)
        names = [os.fspath(name) for name in files]
        good, bad = await anyio.to_thread.run_sync(expand, names, Path.cwd(), plan) if names else ([], [])
        bad += bad_links(urls)
        async with runner.journal(conversation_file(self._home, conversation), conversation) as journal:
            if bad:
                say = Messages(spoken_language(TurnRequest(text), journal.memory()))
                yield bad_files(bad, plan, say, begun=False)
                yield Done("", "failed")
                return
            turn_id = self._queued(journal, text, tuple(good), urls, Path.cwd() / output, again=again)
            runner.ensure(journal)
            follower = Follower(journal, turn_id)
            async for event in follow(follower, lambda: runner.ensure(journal)):
                yield event
            journal.note_told(turn_id, follower.told, all_of_it=True)

    def _queued(
        self, journal: Journal, text: str, files: tuple[Path, ...], urls: tuple[str, ...], output: Path, *, again: bool
    ) -> str:
        """Take the turn in and return its id, which is all that is kept of it while it is followed."""
        backend = self._backend or journal.memory().backend or self._settings.resolve_backend()
        request = TurnRequest(text, files, urls, output, self._skill, backend)
        return take_in(journal, request, self._settings, self._home, again=again)[0].id

    def cancel(self, conversation: str = "default") -> None:
        """Stop the turn that runs in a conversation."""
        with closing(Journal.open(conversation_file(self._home, conversation), name=conversation)) as journal:
            if turn := running_turn(journal):
                journal.ask_cancel(turn.id)
