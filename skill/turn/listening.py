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

    told: what was handed up already, in an earlier hearing of the same answer; it is not handed up again.
    end: how the stream ended, None while it runs. worked_on: something was done after the last words.
    """

    told: str = ""
    end: StreamEnd | None = None
    worked_on: bool = False
    _heard: str = field(default="", init=False)

    def take(self, event: StreamEvent) -> BackendText | None:
        """What may be told because of this event."""
        if event.kind == "text":
            if not event.partial:
                self._heard += joint(self._heard, event.text) + event.text
                self.worked_on = self.worked_on and event.text.isspace()
            return None
        if event.kind == "end":
            self.end = event
            self._heard = _longer(self._heard, event.text)
            return self._give(last=True)
        self.worked_on = self.worked_on or (event.kind == "tool" and event.done and not event.failed)
        # before a tool is called the words are complete, however long the tool then takes
        return self._give(last=event.kind == "tool")

    def _give(self, *, last: bool) -> BackendText | None:
        if len(self._heard) <= len(self.told):
            return BackendText("") if last and self.told else None
        piece, self.told = self._heard[len(self.told) :], self._heard
        return BackendText(piece, last)


def _longer(heard: str, folded: str) -> str:
    """What was heard, with the fragments that only the folded answer holds."""
    return folded if folded.startswith(heard) else heard or folded
