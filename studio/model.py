"""What the studio's parts hand to each other: media, the agent's answer, a render's options and result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from api import Draft  # pydantic stays off the calls that need no draft

MediaKind = Literal["image", "video", "audio"]


@dataclass(frozen=True, slots=True)
class Media:
    """One uploaded file. id: its sha256 (what a segment's `source` names). name: as the user called it.

    width, height: px as seen, EXIF orientation applied; 0 for audio. duration_ms: None for images.
    captured_at: seconds since the epoch, from EXIF; None when unknown.
    """

    id: str
    name: str
    kind: MediaKind
    width: int = 0
    height: int = 0
    duration_ms: int | None = None
    captured_at: float | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything the agent may look at when it answers one message.

    media: in upload order. history: earlier drafts, oldest first, the last one being the draft before `draft`.
    memory: what the agent asked to remember when it last answered (an open question, for instance).
    language: primary tag of the session; the reply follows the message's own language where that is clear.
    voices: primary tags of the languages in which a voice-over can be read here.
    """

    request: str
    draft: Draft
    media: tuple[Media, ...]
    history: tuple[Draft, ...] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)
    language: str = "en"
    voices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The agent's reply. draft: the edited draft, the same object when nothing changed.

    edits: the names of the edits made ("set_length", "add_title", …), in order; they become tool events on the stream.
    memory: handed back with the next brief.
    """

    text: str
    draft: Draft
    edits: tuple[str, ...] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """What an export may ask for. None = as the draft says. parts: worker processes at once."""

    format: Literal["mp4", "mov", "webm", "mkv", "gif"] = "mp4"
    quality: Literal["high", "medium", "small"] = "high"
    width: int | None = None
    height: int | None = None
    fps: int | None = None
    preset: str | None = None
    crf: int | None = None
    parts: int | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished film."""

    path: Path
    frames: int
    duration_ms: int
    bytes: int
    width: int
    height: int
