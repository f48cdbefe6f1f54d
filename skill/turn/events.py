"""What a host sends and what it may see: the stable types of one chat turn.

`BackendText` is not a TurnEvent on purpose: the backend's words reach a host only through translation.
"""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Literal

from ..value import value

TurnState = Literal["finished", "asked", "running", "queued", "cancelled", "failed"]


@value
class TurnRequest:
    """One chat turn, with everything it needs to run later and elsewhere.

    text: the user's words, may be empty when files come alone. files, urls: media to bring in, in the user's order;
    files are absolute paths, folders already expanded. output_dir: where a finished film goes, absolute.
    skill_dir: the folder of the SKILL.md. backend: "local", "cloud" or an http(s) URL, already resolved from "auto".
    origins: where the user's own files are, in the same order, when `files` are copies of them.
    """

    text: str
    files: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    output_dir: Path = Path()
    skill_dir: Path = Path()
    backend: str = "local"
    origins: tuple[Path, ...] = ()


@value
class Status:
    """A short word on what is going on ("Setting things up…")."""

    text: str
    kind: Literal["status"] = "status"


@value
class Text:
    """Words for the user, already translated from GUI-speak."""

    text: str
    kind: Literal["text"] = "text"


@value
class Progress:
    """How far a long step is. fraction: 0..1, None where nobody knows. stage: upload, working or render."""

    text: str
    stage: Literal["upload", "working", "render", "download"]
    fraction: float | None = None
    left_s: float | None = None
    kind: Literal["progress"] = "progress"


@value
class TimelineSegment:
    """A segment in full words; absent (None) = not known or not set. Words as in DESIGN: see api.draft."""

    start_ms: int
    duration_ms: int
    source: str | None = None
    motion: str | None = None
    transition: str | None = None
    transition_ms: int | None = None
    mood: str | None = None
    volume: float | None = None
    from_ms: int | None = None
    fade_in_ms: int | None = None
    fade_out_ms: int | None = None
    text: str | None = None
    position: str | None = None
    color: str | None = None
    size: float | None = None


@value
class TimelineTrack:
    """type is "other" for a track type the document does not name."""

    type: Literal["video", "audio", "text", "other"]
    segments: tuple[TimelineSegment, ...]
    role: str | None = None


@value
class Timeline:
    """The draft as a host sees it; on-screen intervals, so neighbours overlap by their transition.

    text: the same as sentences, in the user's language; for people, not part of the JSON contract's structure.
    """

    tracks: tuple[TimelineTrack, ...]
    duration_ms: int
    width: int | None = None
    height: int | None = None
    fps: int | None = None
    fade_in_ms: int | None = None
    fade_out_ms: int | None = None
    loop: bool | None = None
    look: str | None = None
    text: str = ""
    kind: Literal["timeline"] = "timeline"


@value
class BalanceShown:
    """Credits, in the backend's units. text: the sentence for the user."""

    available: float | None
    frozen: float | None
    total: float | None
    text: str = ""
    kind: Literal["balance"] = "balance"


@value
class FileReady:
    """A finished film on this machine; url is where it came from, where that is worth showing."""

    path: str
    url: str | None
    bytes: int
    media_type: str
    kind: Literal["file"] = "file"


@value
class Offer:
    """Something the user may ask for next. text: the sentence, in their language, naming the words to say."""

    action: str
    text: str
    kind: Literal["offer"] = "offer"


@value
class Problem:
    """Something went wrong. code: the backend's, or ours as a short word. advice: what to do next.

    charged: whether credits may have been spent; None = not known.
    """

    code: str
    message: str
    advice: str
    retryable: bool = False
    charged: bool | None = False
    kind: Literal["problem"] = "problem"


@value
class Done:
    """The turn's last event. next_poll_s: when it makes sense to look again, for turns that go on."""

    turn_id: str
    state: TurnState
    routes: tuple[str, ...] = field(default=())
    next_poll_s: float | None = None
    kind: Literal["done"] = "done"


TurnEvent = Status | Text | Progress | Timeline | BalanceShown | FileReady | Offer | Problem | Done


@value
class BackendText:
    """A piece of an answer as the backend wrote it; only the turn loop turns it into events.

    last: the answer ends here, or pauses after a whole sentence; else the rest is still to come.
    """

    text: str
    last: bool = True
