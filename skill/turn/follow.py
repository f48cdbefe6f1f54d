"""Following a turn that somebody else runs: poll the journal, gently."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator

import anyio

from .events import Done, TurnEvent
from .journal import Journal

FIRST_PAUSE_S = 0.02
LONGEST_PAUSE_S = 0.2
LOOK_AFTER_S = 1.0


class Follower:
    """Where one reader is in one turn.

    told: the number of the last event read. finished: the last event was read.
    """

    def __init__(self, journal: Journal, turn_id: str, *, after: int = 0) -> None:
        self.journal = journal
        self.turn_id = turn_id
        self.told = after
        self.finished = False
        self.pause_s = FIRST_PAUSE_S
        self._version: int | None = None

    def poll(self) -> list[TurnEvent]:
        """Events that are new since the last call. A turn that ended wordless (stopped while it waited) gets a Done."""
        version = self.journal.version
        if version == self._version:
            self.pause_s = min(self.pause_s * 1.5, LONGEST_PAUSE_S)
            return []
        self._version = version
        self.pause_s = FIRST_PAUSE_S
        state = self.journal.turn(self.turn_id).state  # before the events, so that an end seen is an end complete
        found = self.journal.events(self.turn_id, self.told)
        events = [event for _, event in found]
        if found:
            self.told = found[-1][0]
        self.finished = any(isinstance(event, Done) for event in events)
        if not self.finished and state not in ("queued", "running"):
            self.finished = True
            events.append(Done(self.turn_id, state))
        return events


def watch(follower: Follower, *, wait_s: float | None, look_after: Callable[[], None]) -> Iterator[TurnEvent]:
    """The turn's events as they come, until its end or until `wait_s` has passed.

    look_after: called about once a second, to see that somebody still runs the turn.
    """
    begun = looked = time.monotonic()
    while True:
        yield from follower.poll()
        now = time.monotonic()
        if follower.finished or (wait_s is not None and now - begun >= wait_s):
            return
        if now - looked >= LOOK_AFTER_S:
            look_after()
            looked = now
        time.sleep(follower.pause_s if wait_s is None else min(follower.pause_s, max(wait_s - (now - begun), 0.001)))


async def follow(follower: Follower, look_after: Callable[[], None] = lambda: None) -> AsyncIterator[TurnEvent]:
    """The turn's events as they come, for hosts with an event loop. look_after: as in `watch`."""
    looked = time.monotonic()
    while True:
        for event in follower.poll():
            yield event
        if follower.finished:
            return
        if time.monotonic() - looked >= LOOK_AFTER_S:
            look_after()
            looked = time.monotonic()
        await anyio.sleep(follower.pause_s)
