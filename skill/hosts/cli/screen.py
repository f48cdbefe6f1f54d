"""Where a turn's events go: JSON Lines for programs, an answer for agents, a live conversation for people."""

from __future__ import annotations

import os
import sys
import time
from typing import Protocol

from ...turn.event_json import to_json
from ...turn.events import FileReady, Progress, Status, TurnEvent
from ...turn.neutral import neutral
from ...turn.say import Messages
from .lines import flush, put, put_json
from .show import MOST_BYTES, answer, cut, paragraph

_SPARSE_S = 3.0
_SPARSEST_S = 60.0


class Screen(Protocol):
    """What a caller sees. Nothing counts as told before `flush` has returned."""

    def tell(self, event: TurnEvent) -> None:
        """An event of the turn being told."""
        ...

    def remark(self, text: str) -> None:
        """A word of the command line's own, in the user's language."""
        ...

    def flush(self) -> None:
        """Put out everything that was told. Raises BrokenPipeError when nobody reads."""
        ...


class JsonScreen:
    """One event per line, as they come; remarks are not events and stay out."""

    def tell(self, event: TurnEvent) -> None:
        put_json(to_json(event))
        flush()

    def remark(self, text: str) -> None:
        put(text, sys.stderr)

    def flush(self) -> None:
        flush()


class AnswerScreen:
    """The answer at the end, in one piece; what goes on meanwhile as sparse lines on standard error."""

    def __init__(self, say: Messages) -> None:
        self._say = say
        self._events: list[TurnEvent] = []
        self._parts: list[str] = []
        self._activity = Activity()

    def tell(self, event: TurnEvent) -> None:
        if isinstance(event, Status | Progress):
            self._activity.show(event)
        else:
            self._events.append(event)

    def remark(self, text: str) -> None:
        self._gather()
        self._parts.append(text)

    def flush(self) -> None:
        self._activity.clear()
        self._gather()
        if self._parts:
            put(cut("\n\n".join(self._parts), MOST_BYTES - 1))
        self._parts = []
        flush()

    def _gather(self) -> None:
        room = MOST_BYTES - 1 - sum(len(part.encode()) + 2 for part in self._parts)
        if text := answer(self._events, self._say, max(room, 400)):
            self._parts.append(text)
        self._events = []


class LiveScreen:
    """A person watches: paragraphs as they come, progress on a line that redraws itself."""

    def __init__(self, say: Messages, prefix: str = "") -> None:
        self._say = say
        self._prefix = prefix
        self._activity = Activity()
        self._file: FileReady | None = None

    def tell(self, event: TurnEvent) -> None:
        if isinstance(event, Status | Progress):
            self._activity.show(event)
            return
        text = paragraph(event, self._say)
        self._put_file(unless_in=text)
        if isinstance(event, FileReady):
            self._file = event
        elif text:
            self.remark(text)

    def _put_file(self, unless_in: str = "") -> None:
        """A film is named once: by the sentence that hands it over, which follows, or else by itself."""
        file, self._file = self._file, None
        if file is not None and file.path not in unless_in:
            self.remark(paragraph(file, self._say))

    def remark(self, text: str) -> None:
        self._activity.clear()
        put(f"{self._prefix}{text}\n")

    def flush(self) -> None:
        self._put_file()
        self._activity.clear()
        flush()


class Activity:
    """What is going on, on standard error: a line that redraws itself at a terminal, a few lines elsewhere."""

    def __init__(self) -> None:
        self._redraws = sys.stderr.isatty()
        self._drawn = False
        self._last: tuple[str, float] = ("", 0.0)
        self._pause_s = _SPARSE_S

    def show(self, event: Status | Progress) -> None:
        stage = event.stage if isinstance(event, Progress) else event.text
        now = time.monotonic()
        if self._redraws:
            self._put(f"\r\x1b[K{_activity(event)[: _columns() - 1]}")
            self._drawn = True
        elif stage != self._last[0]:
            self._line(event, stage, now)
            self._pause_s = _SPARSE_S
        elif now - self._last[1] >= self._pause_s:
            self._line(event, stage, now)
            self._pause_s = min(self._pause_s * 1.5, _SPARSEST_S)  # a long step is told ever more rarely

    def _line(self, event: Status | Progress, stage: str, now: float) -> None:
        self._put(_activity(event) + "\n")
        self._last = (stage, now)

    def clear(self) -> None:
        if self._drawn:
            self._put("\r\x1b[K")
            self._drawn = False

    def _put(self, text: str) -> None:
        try:
            print(text, end="", file=sys.stderr, flush=True)
        except OSError:
            self._redraws = self._drawn = False  # nobody watches; the answer still counts


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80


_BAR = 24


def _activity(event: Status | Progress) -> str:
    if isinstance(event, Status) or event.fraction is None:
        return neutral(event.text)
    full = round(event.fraction * _BAR)
    left = f", {event.left_s:.0f} s" if event.left_s else ""
    return f"{neutral(event.text)} [{'#' * full}{'.' * (_BAR - full)}] {event.fraction:.0%}{left}"


def screen_for(*, as_json: bool, say: Messages) -> Screen:
    """The screen that suits who reads standard output."""
    if as_json:
        return JsonScreen()
    return LiveScreen(say) if sys.stdout.isatty() else AnswerScreen(say)
