"""How many journals a process holds open: a few, however many conversations wait in it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NamedTuple, Protocol

import anyio

_ROOM = 8
_MOST = 12
_QUIET_S = 0.3
_LOOK_S = 0.02
_PATIENCE_S = 1.0


class Sleeper(Protocol):
    """What can be closed for a while and opens again by itself."""

    def rest(self) -> None: ...


class Awake:
    """The journals open at the moment, and when each was used last; one too many, and the oldest of them rests.

    An open journal is 120 KB of caches and shared memory; a conversation that waits for its backend needs none of it.
    """

    def __init__(self) -> None:
        self._used: dict[Sleeper, float] = {}
        self._door = anyio.Lock()

    async def room(self) -> None:
        """Wait for a place. Many that begin at once begin a few at a time, or each would push the others out.

        Closing a journal waits for the disk, so one that is busy with its turn is left alone. Nobody waits long: where
        all stay busy, the newcomer is let in and `use` makes room.
        """
        with anyio.move_on_after(_PATIENCE_S):  # from the moment of coming, however many stand before the door
            async with self._door:
                await self._place()

    async def _place(self) -> None:
        while len(self._used) >= _ROOM and not self._quiet_one_rests():  # noqa: ASYNC110 - nobody says "I am quiet"
            await anyio.sleep(_LOOK_S)

    def use(self, journal: Sleeper) -> None:
        """It is about to be read or written."""
        self._used.pop(journal, None)
        self._used[journal] = time.monotonic()
        if len(self._used) > _MOST:
            self._oldest_rests()

    def forget(self, journal: Sleeper) -> None:
        """It is closed for good."""
        self._used.pop(journal, None)

    def _quiet_one_rests(self) -> bool:
        quiet = time.monotonic() - next(iter(self._used.values())) >= _QUIET_S
        if quiet:
            self._oldest_rests()
        return quiet

    def _oldest_rests(self) -> None:
        oldest = next(iter(self._used))
        del self._used[oldest]
        oldest.rest()


class Stamp(NamedTuple):
    """What changes when anybody writes to a database that nobody holds open here: times and sizes of its files."""

    changed_ns: int = 0
    size_bytes: int = 0
    log_changed_ns: int = 0
    log_bytes: int = 0


def stamp(path: Path) -> Stamp:
    """As the files are now. A log without content counts as none, as it comes and goes with every reader."""
    file = os.fspath(path)  # looked at several times a second: every new Path would keep its name for all time
    return Stamp(*_marks(file), *_marks(f"{file}-wal"))


def _marks(file: str) -> tuple[int, int]:
    try:
        found = os.stat(file)  # noqa: PTH116 - see `stamp`
    except FileNotFoundError:
        return 0, 0
    return (found.st_mtime_ns, found.st_size) if found.st_size else (0, 0)
