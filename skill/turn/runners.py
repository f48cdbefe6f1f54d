"""Who runs a turn: a process of its own that outlives the caller, or a task in the caller's event loop."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .awake import Awake
from .journal import Journal, JournalError
from .lease import LeaseLost, Standing, standing

if TYPE_CHECKING:
    import subprocess

    from anyio.abc import TaskGroup

    from .worker import RunPinned

DISK_REFUSED = 74
"""A worker's exit code when its journal cannot be written. Source: EX_IOERR of sysexits.h."""

_ROOT = Path(__file__).parent.parent.parent


class Detached:
    """Starts worker processes that no signal to the caller, and no closed pipe, reaches."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", "skill.turn.worker")) -> None:
        self._command = tuple(command)
        self._started: list[subprocess.Popen[bytes]] = []

    def ensure(self, journal: Journal) -> None:
        """See that somebody runs what waits in the conversation; cheap when that is so.

        Raises JournalError when a worker of ours gave up because of the disk.
        """
        self._bury()
        found = standing(journal)[0]
        # one that hangs is left alone and gets a successor, which watches it before it takes over
        if found is Standing.HELD or len(self._started) > (found is Standing.DOUBTFUL) or not journal.unfinished():
            return
        import subprocess  # noqa: PLC0415 - start-up: a turn that answers by itself starts no process

        assert journal.path is not None, "a journal in memory has no other process to run it"
        log = os.open(journal.path.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            process = subprocess.Popen(
                [*self._command, "--journal", str(journal.path)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=journal.path.parent,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), os.getenv("PYTHONPATH")]))},
                **_apart(),
            )
        finally:
            os.close(log)
        self._started.append(process)

    def _bury(self) -> None:
        """Forget the workers that have ended. Raises JournalError when one could not write."""
        ended = [process for process in self._started if process.poll() is not None]
        self._started = [process for process in self._started if process not in ended]
        if any(process.returncode == DISK_REFUSED for process in ended):
            raise JournalError(
                "What a turn has to say cannot be written down: the disk is full or broken. Make room there or set "
                "SKILLTURN_HOME; the turn is taken up again with your next words."
            )


def _apart() -> dict[str, Any]:
    """What keeps the new process out of reach of the caller's terminal and of its process group."""
    if sys.platform == "win32":
        return {"creationflags": 0x00000008 | 0x00000200}  # DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP
    else:  # noqa: RET505 - so that type checkers see the branch as the platform's
        return {"start_new_session": True}


class Inline:
    """Runs turns as tasks of the caller's task group: servers, tests, programs that embed the runtime.

    A conversation is open once however many of its turns are followed, and rests while it waits among many others.
    """

    def __init__(self, tasks: TaskGroup, run: RunPinned | None = None) -> None:
        self._tasks = tasks
        self._run = run
        self._working: set[Path] = set()
        self._asked: set[Path] = set()
        self._open: dict[Path, tuple[Journal, int]] = {}
        self._refused: dict[Path, JournalError] = {}
        """Conversations whose task gave up because of the disk, until somebody is told."""
        self._awake = Awake()

    @asynccontextmanager
    async def journal(self, path: Path, name: str = "") -> AsyncIterator[Journal]:
        """The conversation's journal, shared with everyone who holds it here, and with the task that writes it."""
        if path not in self._open:
            self._refused.pop(path, None)  # whoever should have been told is gone
            await self._awake.room()
        journal, users = self._open.get(path) or (Journal.open(path, name=name, awake=self._awake), 0)
        self._open[path] = journal, users + 1
        try:
            yield journal
        finally:
            journal, users = self._open.pop(path)
            if users > 1:
                self._open[path] = journal, users - 1
            else:
                journal.close()

    def ensure(self, journal: Journal) -> None:
        """See that a task runs what waits in the conversation.

        Raises JournalError when the one before gave up because of the disk; asked again, another one tries.
        """
        assert journal.path is not None, "the task must be able to open the journal after its caller has closed it"
        if (refused := self._refused.pop(journal.path, None)) is not None:
            raise refused
        if journal.path in self._working:
            self._asked.add(journal.path)  # the task may have looked for the last time already
        elif journal.unfinished() and standing(journal)[0] is not Standing.HELD:
            self._working.add(journal.path)
            self._tasks.start_soon(self._serve, journal.path)

    async def _serve(self, path: Path) -> None:
        from .worker import run_pinned, serve  # noqa: PLC0415 - start-up: the command line never works inline

        self._asked.add(path)
        try:
            async with self.journal(path) as journal:
                while path in self._asked:
                    self._asked.discard(path)
                    await serve(journal, self._run or run_pinned)
        except LeaseLost:  # somebody else runs it now; `ensure` looks again for those who wait
            pass
        except JournalError as error:  # the trouble of those who wait for this conversation, and of no other
            self._refused[path] = error
        finally:
            self._working.discard(path)
