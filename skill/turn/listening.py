"""From the stream's events to the blocks of text a user may read; tool activity stays inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api import joint
from router import split_sentences

if TYPE_CHECKING:
    from api import StreamEnd, StreamEvent


@dataclass(slots=True)
class Listener:
    """Hands up whole sentences once something else follows them; the last one waits until the end.

    told: what was handed up already, in an earlier hearing of the same answer; it is not handed up again.
    end: how the stream ended, None while it runs.
    """

    told: str = ""
    end: StreamEnd | None = None
    _heard: str = field(default="", init=False)
    _given: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._given = len(self.told)

    def take(self, event: StreamEvent) -> str:
        """The text that is ready to be shown because of this event; "" for none."""
        if event.kind == "text":
            if not event.partial:
                self._heard += joint(self._heard, event.text) + event.text
            return ""
        if event.kind == "end":
            self.end = event
            self._heard = _longer(self._heard, event.text)
            return self._give(len(self._heard))
        if event.kind == "tool":
            return self._give(len(self._heard))
        return self._give(self._before_last_sentence())

    def _before_last_sentence(self) -> int:
        """Silence may be followed by the rest of the last sentence."""
        spans = split_sentences(self._heard)
        return spans[-1].start if spans else 0

    def _give(self, upto: int) -> str:
        if upto <= self._given:
            return ""
        block, self._given = self._heard[self._given : upto], upto
        self.told = self._heard[:upto]
        return block.strip()


def _longer(heard: str, folded: str) -> str:
    """What was heard, with the fragments that only the folded answer holds."""
    return folded if folded.startswith(heard) else heard or folded
