"""From the stream's events to the pieces of text a user may read; tool activity stays inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api import joint

from .events import BackendText

if TYPE_CHECKING:
    from api import StreamEnd, StreamEvent


@dataclass(slots=True)
class Listener:
    """Hands up what was said whenever the backend turns to something else; the answer ends with the stream.

    told: how many characters were handed up already, the ones of an earlier hearing of the same answer included; they
    are not handed up again. end: how the stream ended, None while it runs. worked_on: something was done after the
    last words.
    """

    told: int = 0
    end: StreamEnd | None = None
    worked_on: bool = False
    _heard: list[str] = field(default_factory=list, init=False)
    _heard_chars: int = field(default=0, init=False)
    _given: tuple[int, int] = field(default=(0, 0), init=False)  # parts of `_heard`, and their characters

    def take(self, event: StreamEvent) -> BackendText | None:
        """What may be told because of this event."""
        if event.kind == "text":
            if not event.partial and event.text:
                self._hear(event.text)
            return None
        if event.kind == "end":
            self.end = event
            self._hear_to_the_end(event.text)
            return self._give(last=True)
        self.worked_on = self.worked_on or (event.kind == "tool" and event.done and not event.failed)
        # before a tool is called the words are complete, however long the tool then takes
        return self._give(last=event.kind == "tool")

    def rest(self) -> BackendText | None:
        """What was heard and not handed up when the stream broke off: whole events, never a fragment of one."""
        return self._give(last=True)

    def _hear(self, text: str) -> None:
        if self._heard and (between := joint(self._heard[-1], text)):
            text = between + text
        self._heard.append(text)
        self._heard_chars += len(text)
        self.worked_on = self.worked_on and text.isspace()

    def _hear_to_the_end(self, folded: str) -> None:
        """Fragments that nothing repeated are in the folded answer only."""
        if len(folded) > self._heard_chars and folded.startswith("".join(self._heard)):
            rest = folded[self._heard_chars :]
            self._heard.append(rest)
            self._heard_chars += len(rest)

    def _give(self, *, last: bool) -> BackendText | None:
        if self._heard_chars <= self.told:
            return BackendText("") if last and self.told else None
        parts, chars = self._given
        piece = "".join(self._heard[parts:])[self.told - chars :]
        self._given = len(self._heard), self._heard_chars
        self.told = self._heard_chars
        return BackendText(piece, last)
