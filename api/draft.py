"""A draft in full words: the timeline behind the backend's short keys (t, tt, sg, d, m).

The short keys are spelled here and nowhere else. Keys that are not ours stay as they are through a round trip,
because a cloud draft holds more than we know. `Draft.from_wire` reads such a draft: a value under one of our keys that
is not of our shape is left out, never refused.
Source of the keys: SKILL.md, "Draft field mapping". Everything under `m` is the embedded studio's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)

Motion = Literal[
    "none", "ken-burns", "zoom-in", "zoom-out", "pan-left", "pan-right", "pan-up", "pan-down", "drift", "parallax"
]
Transition = Literal["cut", "cross-dissolve", "fade-black", "fade-white", "slide", "push", "wipe", "zoom", "whip"]
Position = Literal["top", "center", "bottom"]
Mood = Literal["lo-fi", "upbeat", "calm", "cinematic", "ambient", "corporate", "happy", "dramatic"]
Role = Literal["title", "caption", "music", "voice"]


class TrackType(IntEnum):
    """`tt` on the wire."""

    VIDEO = 0
    AUDIO = 1
    TEXT = 7


_FOREIGN = object()  # the validation context of a draft somebody else wrote


def _whole(value: object) -> object:
    return round(value) if isinstance(value, float) and abs(value) < 1e12 else value


def _objects(value: object, info: ValidationInfo) -> object:
    if info.context is not _FOREIGN:
        return value
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


class _Wire(BaseModel):
    model_config = ConfigDict(extra="allow", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    @model_validator(mode="wrap")
    @classmethod
    def _leave_out_what_does_not_fit(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        if info.context is not _FOREIGN:
            return handler(data)
        if not isinstance(data, Mapping):
            return handler({})
        try:
            return handler(data)
        except ValidationError as exc:
            misfits = {error["loc"][0] for error in exc.errors(include_url=False) if error["loc"]}
            return handler({key: value for key, value in data.items() if key not in misfits})


class SegmentMeta(_Wire):
    """`m` of a segment; each key absent when not known or not set.

    source: the media's id in the studio's store; name: the file name the user gave.
    start_ms: where an audio or text segment begins on the film; video segments follow one another.
    transition, transition_ms: into the next video segment; both pictures are on screen for that long.
    focus: what a crop or zoom keeps, as (x, y) in 0..1 of the photo.
    from_ms: where inside the source an audio or video segment begins. volume: 0..1.
    size: of text, in percent of the frame's height.
    animation: how text comes and goes.
    voice: primary tag of the language in which a voice-over's text is to be read aloud.
    """

    source: str | None = None
    name: str | None = None
    start_ms: int | None = None
    motion: Motion | None = None
    focus: tuple[float, float] | None = None
    transition: Transition | None = None
    transition_ms: int | None = None
    text: str | None = None
    role: Role | None = None
    position: Position | None = None
    color: str | None = None
    size: float | None = None
    animation: Literal["none", "fade", "slide", "typewriter"] | None = None
    mood: Mood | None = None
    voice: str | None = None
    volume: float | None = None
    from_ms: int | None = None
    fade_in_ms: int | None = None
    fade_out_ms: int | None = None


class Segment(_Wire):
    """One stretch of a track; duration_ms counts the time on screen, transitions included."""

    duration_ms: Annotated[int, BeforeValidator(_whole)] = Field(0, alias="d")
    meta: SegmentMeta = Field(default_factory=SegmentMeta, alias="m")


class Track(_Wire):
    """`tt` stays an int, so a track type we do not know survives."""

    type: int = Field(0, alias="tt")
    segments: Annotated[list[Segment], BeforeValidator(_objects)] = Field(default_factory=list, alias="sg")
    meta: dict[str, Any] = Field(default_factory=dict, alias="m")


class DraftMeta(_Wire):
    """`m` of the draft: the film's own properties. Times in ms, sizes in px.

    on_beat: the pictures change on the beats of the music made here, and do so again after every edit.
    """

    width: int | None = None
    height: int | None = None
    fps: int | None = None
    fade_in_ms: int | None = None
    fade_out_ms: int | None = None
    loop: bool | None = None
    look: str | None = None
    on_beat: bool | None = None


class Draft(_Wire):
    """A whole timeline."""

    tracks: Annotated[list[Track], BeforeValidator(_objects)] = Field(default_factory=list, alias="t")
    meta: DraftMeta = Field(default_factory=DraftMeta, alias="m")

    @classmethod
    def from_wire(cls, draft: Mapping[str, Any]) -> Self:
        """Read a draft that somebody else may have written. Raises nothing."""
        return cls.model_validate(draft, context=_FOREIGN)

    def of_type(self, kind: TrackType) -> Iterator[Track]:
        """Tracks of one type, in order."""
        return (track for track in self.tracks if track.type == kind)

    @property
    def ready(self) -> bool:
        """Whether there is something to export: some track with a segment."""
        return any(track.segments for track in self.tracks)

    @property
    def duration_ms(self) -> int:
        """Length of the film: the picture's, or the longest other track's where there is no picture."""
        ends = [end for track in self.of_type(TrackType.VIDEO) for _, end, _ in placed(track)]
        ends = ends or [end for track in self.tracks for _, end, _ in placed(track)]
        return max(ends, default=0)


def placed(track: Track) -> Iterator[tuple[int, int, Segment]]:
    """The on-screen interval [start_ms, end_ms) of each segment; neighbours overlap by their transition."""
    cursor = 0
    for segment in track.segments:
        start = segment.meta.start_ms if segment.meta.start_ms is not None else cursor
        end = start + segment.duration_ms
        yield start, end, segment
        overlap = segment.meta.transition_ms or 0 if segment.meta.transition not in (None, "cut") else 0
        cursor = end - overlap
