"""One conversation as the command line holds it: each turn is queued or answered at once, followed, and delivered."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ...document.plan import SkillPlan
from ...turn.beside import run_beside
from ...turn.events import Done, Progress, Status, Text, TurnEvent, TurnRequest
from ...turn.follow import Follower, watch
from ...turn.intake import (
    answers_beside,
    last_progress,
    means_stop,
    progress_words,
    running_turn,
    short_words,
    take_in,
)
from ...turn.journal import Journal, Turn
from ...turn.logs import log_turn
from ...turn.runners import Detached
from ...turn.say import Messages
from .desk import Desk
from .exits import DONE, RUNNING, exit_code
from .screen import JsonScreen, Screen

_STOPPING_S = 25.0
_POLL_AGAIN_S = 10.0


@dataclass(eq=False, repr=False)
class Talk:
    """What the turns of one conversation share. status_word: what a user says to hear where things stand."""

    desk: Desk
    journal: Journal
    plan: SkillPlan
    screen: Screen
    say: Messages
    status_word: str
    runner: Detached = field(default_factory=Detached)
    _told: list[tuple[str, int, bool]] = field(default_factory=list)

    def turn(self, request: TurnRequest, *, wait_s: float | None, again: bool = False) -> int:
        """One chat turn. Returns its exit code once everything that is known has been put out."""
        if self.journal.kept_aside:
            self.screen.remark(self.say("memory_lost", path=self.journal.kept_aside))
        busy = running_turn(self.journal)
        if not (request.files or request.urls) and means_stop(request.text):
            if busy:
                return self.stop(busy)
            if self.journal.undelivered():
                return self._too_late_to_stop()
        if answers_beside(request, self.plan):
            self._deliver(None)
            return self._beside(request)
        turn, _ = take_in(self.journal, request, self.desk.settings, self.desk.home, again=again)
        self.runner.ensure(self.journal)
        self._deliver(turn.id)
        return self._follow(turn, wait_s)

    def stop(self, turn: Turn) -> int:
        """Stop a turn, and tell what it had done by then."""
        self.journal.ask_cancel(turn.id)
        self._deliver(turn.id)
        if turn.state == "queued":
            self.screen.remark(self.say("stopped_waiting", words=short_words(turn, self.say)))
        self.runner.ensure(self.journal)
        self._follow(turn, _STOPPING_S)
        return DONE

    def _too_late_to_stop(self) -> int:
        """What was to be stopped ended a moment ago, which nobody could know: the word is no message to the backend."""
        self._deliver(None)
        self.screen.tell(Text(self.say("nothing_to_stop")))
        self.screen.tell(Done("", "finished"))
        self._flush()
        return DONE

    def _deliver(self, besides: str | None) -> None:
        """Tell what ended since anybody last looked."""
        told = {turn_id for turn_id, _, all_of_it in self._told if all_of_it}
        for turn in self.journal.undelivered():
            if turn.id == besides or turn.id in told:
                continue
            events = self._unheard(turn)
            if any(not isinstance(event, Done) for event in events):
                self.screen.remark(self.say("finished_meanwhile", words=short_words(turn, self.say)))
            for event in events:
                self.screen.tell(event)

    def _unheard(self, turn: Turn) -> list[TurnEvent]:
        """What an ended turn said and nobody passed on; its activity is of no interest any more."""
        follower = Follower(self.journal, turn.id, after=turn.told)
        events: list[TurnEvent] = [event for event in follower.poll() if not isinstance(event, Status | Progress)]
        self._told.append((turn.id, follower.told, True))
        return events

    def _follow(self, turn: Turn, wait_s: float | None) -> int:
        follower = Follower(self.journal, turn.id, after=turn.told)
        events: list[TurnEvent] = []
        begun = time.monotonic()
        ending = False
        while True:
            try:
                for event in watch(follower, wait_s=wait_s, look_after=self._look_after):
                    if not events:
                        self._deliver(turn.id)  # the turn this one waited for has ended by now
                    events.append(event)
                    self.screen.tell(event)
                break
            except KeyboardInterrupt:
                # at a terminal Ctrl-C means the turn; from a host it means only this command
                if ending or not sys.stderr.isatty():
                    raise
                ending, wait_s = True, _STOPPING_S
                self.journal.ask_cancel(turn.id)
                self.screen.remark(self.say("stopping", words=short_words(turn, self.say)))
        self._told.append((turn.id, follower.told, follower.finished))
        log_turn(self.desk.settings.log, turn.id, events, time.monotonic() - begun)
        if follower.finished:
            self._flush()
            return exit_code(self._everything(turn, events))
        self._stands(turn)
        return RUNNING

    def _everything(self, turn: Turn, heard: list[TurnEvent]) -> list[TurnEvent]:
        """All events, also those an earlier caller heard: the exit code speaks of the whole turn."""
        return [event for _, event in self.journal.events(turn.id)] or heard

    def _stands(self, turn: Turn) -> None:
        """Say where a turn that goes on stands."""
        now = self.journal.turn(turn.id)
        words = short_words(now, self.say)
        other = running_turn(self.journal)
        if now.state == "queued" and other is not None and other.id != now.id:
            busy = short_words(other, self.say)
            how_far = progress_words(self.journal, other, self.say)
            text = self.say("still_queued", words=words, other=busy, progress=how_far)
        else:
            how_far = progress_words(self.journal, now, self.say)
            text = self.say("still_running", words=words, progress=how_far, word=self.status_word)
        if isinstance(self.screen, JsonScreen):
            self.screen.tell(Done(now.id, now.state if now.open else "running", (), self._next_poll_s(now)))
        else:
            self.screen.remark(text)
        self._flush()

    def _next_poll_s(self, turn: Turn) -> float:
        progress = last_progress([event for _, event in self.journal.events(turn.id)])
        left_s = progress.left_s if progress else None
        return min(max(left_s, 2.0), 60.0) if left_s else _POLL_AGAIN_S

    def _beside(self, request: TurnRequest) -> int:
        events: list[TurnEvent] = []

        def tell(event: TurnEvent) -> None:
            events.append(event)
            self.screen.tell(event)

        begun = time.monotonic()
        self._run_beside(request, tell)
        log_turn(self.desk.settings.log, "", events, time.monotonic() - begun)
        self.runner.ensure(self.journal)  # a turn whose worker died, or one queued while this one held the lease
        busy = running_turn(self.journal)
        if busy is not None:
            how_far = progress_words(self.journal, busy, self.say)
            self.screen.remark(self.say("working_beside", words=short_words(busy, self.say), progress=how_far))
        self._flush()
        return exit_code(events)

    def _run_beside(self, request: TurnRequest, tell: Callable[[TurnEvent], None]) -> None:
        import anyio  # noqa: PLC0415 - start-up: callers that only follow need no event loop

        desk = self.desk

        async def run() -> None:
            await run_beside(request, self.journal, plan=self.plan, settings=desk.settings, home=desk.home, tell=tell)

        anyio.run(run)

    def _look_after(self) -> None:
        self.runner.ensure(self.journal)

    def _flush(self) -> None:
        """Put everything out, and only then note it as delivered."""
        self.screen.flush()
        for turn_id, told, all_of_it in self._told:
            self.journal.note_told(turn_id, told, all_of_it=all_of_it)
        self._told = []
