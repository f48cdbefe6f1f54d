"""The parts of a draft by what they are for; every function gives a new draft and leaves the old one alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from api import Draft, Segment, SegmentMeta, Track, TrackType, placed

TextRole = Literal["title", "caption"]
SoundRole = Literal["music", "voice"]


class Edit(Protocol):
    """One typed change of a draft. name: what the stream and the reply call it."""

    @property
    def name(self) -> str: ...

    def apply(self, draft: Draft) -> Draft:
        """The draft with this change made; the same draft when there is nothing to change."""
        ...


def pictures(draft: Draft) -> list[Segment]:
    """The photos on screen, in order."""
    return [segment for track in draft.of_type(TrackType.VIDEO) for segment in track.segments]


def with_pictures(draft: Draft, segments: Sequence[Segment]) -> Draft:
    """The draft with these photos; a draft's first picture track holds them all."""
    return _with_track(draft, TrackType.VIDEO, None, segments)


def texts(draft: Draft, role: TextRole) -> list[Segment]:
    """The titles, or the captions."""
    return _segments(draft, TrackType.TEXT, role)


def with_texts(draft: Draft, role: TextRole, segments: Sequence[Segment]) -> Draft:
    """The draft with these titles or captions, in the order they appear; the track goes with its last text."""
    ordered = sorted(segments, key=lambda segment: segment.meta.start_ms or 0)
    return _with_track(draft, TrackType.TEXT, role, ordered)


def sounds(draft: Draft, role: SoundRole) -> list[Segment]:
    """The music, or the voice-over."""
    return _segments(draft, TrackType.AUDIO, role)


def with_sounds(draft: Draft, role: SoundRole, segments: Sequence[Segment]) -> Draft:
    """The draft with this music or voice; the track goes with its last sound."""
    return _with_track(draft, TrackType.AUDIO, role, segments)


def changed(segment: Segment, *, duration_ms: int | None = None, **meta: Any) -> Segment:
    """A segment with another duration and other properties; the same segment when nothing differs."""
    same_time = duration_ms is None or duration_ms == segment.duration_ms
    if same_time and all(getattr(segment.meta, key) == value for key, value in meta.items()):
        return segment
    update: dict[str, Any] = {"meta": segment.meta.model_copy(update=meta)}
    if duration_ms is not None:
        update["duration_ms"] = duration_ms
    return segment.model_copy(update=update)


def with_film(draft: Draft, **meta: Any) -> Draft:
    """The draft with other properties of the whole film."""
    return draft.model_copy(update={"meta": draft.meta.model_copy(update=meta)})


def overlap(segment: Segment) -> int:
    """How long a segment shares the screen with the next one, ms."""
    return segment.meta.transition_ms or 0 if segment.meta.transition not in (None, "cut") else 0


def length(segments: Sequence[Segment]) -> int:
    """On-screen length of photos in a row, ms."""
    return sum(segment.duration_ms for segment in segments) - sum(overlap(segment) for segment in segments[:-1])


def intervals(draft: Draft) -> list[tuple[int, int]]:
    """When each photo is on screen, ms."""
    return [(start, end) for track in draft.of_type(TrackType.VIDEO) for start, end, _ in placed(track)]


def rate(draft: Draft) -> int:
    """Frames per second of the film."""
    return draft.meta.fps or 30


def is_clip(segment: Segment) -> bool:
    """Whether a segment is a video clip: only those have a sound of their own, so only those have a volume."""
    return segment.meta.volume is not None


def new_segment(duration_ms: int, **meta: Any) -> Segment:
    """A segment with only what is given."""
    return Segment.model_validate({"duration_ms": duration_ms, "meta": SegmentMeta.model_validate(meta)})


def _role(track: Track) -> str | None:
    role = track.meta.get("role")
    if role is None and track.segments:
        role = track.segments[0].meta.role
    if role is None:
        role = "music" if track.type == TrackType.AUDIO else "title" if track.type == TrackType.TEXT else None
    return str(role) if role is not None else None


def _is(track: Track, kind: TrackType, role: str | None) -> bool:
    return track.type == kind and (role is None or _role(track) == role)


def _segments(draft: Draft, kind: TrackType, role: str) -> list[Segment]:
    return [segment for track in draft.tracks if _is(track, kind, role) for segment in track.segments]


def _with_track(draft: Draft, kind: TrackType, role: str | None, segments: Sequence[Segment]) -> Draft:
    tracks: list[Track] = []
    placed_it = False
    for track in draft.tracks:
        if not _is(track, kind, role):
            tracks.append(track)
        elif not placed_it and segments:
            tracks.append(track.model_copy(update={"segments": list(segments)}))
            placed_it = True
    if not placed_it and segments:
        meta = {"role": role} if role else {}
        tracks.append(Track.model_validate({"type": int(kind), "segments": list(segments), "meta": meta}))
    return draft.model_copy(update={"tracks": tracks})
