"""The chat stream as events. (Types first; the decoder follows.)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text of one complete model event, to be shown in order. partial: a live fragment that its full event repeats."""

    text: str
    partial: bool = False
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class ToolActivity:
    """A tool call (done=False) or its result (done=True). failed: the result says so."""

    name: str
    done: bool
    failed: bool = False
    kind: Literal["tool"] = "tool"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The backend is alive and has nothing to say."""

    kind: Literal["heartbeat"] = "heartbeat"


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """The body ended cleanly, or the backend reported a failure in the stream.

    text: the folded answer (fragments counted once). truncated: cut by length. silent: no visible text.
    error: the backend's own failure words, None when the run succeeded.
    """

    text: str
    silent: bool
    truncated: bool = False
    error: str | None = None
    kind: Literal["end"] = "end"


StreamEvent = TextPart | ToolActivity | Heartbeat | StreamEnd
