"""A draft as a person and a host see it: full words, on-screen times, and the summary in the document's format.

Source of the format: SKILL.md, "Timeline (3 tracks): 1. Video: … (0-10s) 2. BGM: Lo-fi (0-10s, 35%) …".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from api import Draft, Segment, Track, TrackType, placed

from .events import Timeline, TimelineSegment, TimelineTrack

if TYPE_CHECKING:
    from ..handlers.contract import Say

TrackWord = Literal["video", "audio", "text", "other"]
_TYPES: dict[int, TrackWord] = {
    TrackType.VIDEO: "video",
    TrackType.AUDIO: "audio",
    TrackType.TEXT: "text",
}
_ROLES = ("music", "voice", "title", "caption")
_USUAL_ROLES = {"audio": "music", "text": "title"}
_NAME_KEYS = ("name", "file_name", "fileName", "title", "label")


def timeline(draft: Draft, say: Say) -> Timeline:
    """The draft in full words, with its summary in the user's language."""
    shown = [track for track in draft.tracks if track.segments]
    meta = draft.meta
    return Timeline(
        tracks=tuple(_track(track) for track in shown),
        duration_ms=draft.duration_ms,
        width=meta.width,
        height=meta.height,
        fps=meta.fps,
        fade_in_ms=meta.fade_in_ms,
        fade_out_ms=meta.fade_out_ms,
        loop=meta.loop,
        look=meta.look,
        text=summary(shown, say),
    )


def summary(tracks: list[Track], say: Say) -> str:
    """The tracks as a numbered list."""
    lines = [say("timeline_head", count=len(tracks))]
    lines += [f"{number}. {_line(track, say)}" for number, track in enumerate(tracks, 1)]
    return "\n".join(lines)


def role_of(track: Track) -> str | None:
    """ "music", "voice", "title", "caption", None where the draft does not say."""
    role = track.meta.get("role") or next((segment.meta.role for segment in track.segments), None)
    return role if isinstance(role, str) else None


def name_of(segment: Segment) -> str | None:
    """What the user calls a segment's source: the file name they gave; foreign drafts spell the key their own way."""
    extra = segment.meta.model_extra or {}
    for key in _NAME_KEYS:
        name = segment.meta.name if key == "name" else extra.get(key)
        if isinstance(name, str) and name.strip():
            return name.strip()
    return None


def seconds(ms: float) -> str:
    """Seconds as one says them: "3", "2.5"."""
    return f"{round(ms / 1000, 1):g}"


def percent(volume: float) -> str:
    """A volume of 0..1 in percent."""
    return f"{volume * 100:.0f}"


def _track(track: Track) -> TimelineTrack:
    kind = _TYPES.get(track.type, "other")
    return TimelineTrack(kind, tuple(_segments(track, kind)), role_of(track))


def _segments(track: Track, kind: str) -> Iterator[TimelineSegment]:
    for start_ms, end_ms, segment in placed(track):
        meta = segment.meta
        yield TimelineSegment(
            start_ms=start_ms,
            duration_ms=end_ms - start_ms,
            source=None if kind == "text" else name_of(segment),
            motion=meta.motion,
            transition=meta.transition,
            transition_ms=meta.transition_ms,
            mood=meta.mood,
            volume=meta.volume,
            from_ms=meta.from_ms,
            fade_in_ms=meta.fade_in_ms,
            fade_out_ms=meta.fade_out_ms,
            text=meta.text,
            position=meta.position,
            color=meta.color,
            size=meta.size,
        )


def _line(track: Track, say: Say) -> str:
    kind = _TYPES.get(track.type, "other")
    role = role_of(track) or _USUAL_ROLES.get(kind)
    label = say(f"track_{role}" if role in _ROLES else f"track_{kind}")
    pieces = [
        f"{label_of(segment, number, say)} ({_when(start_ms, end_ms, segment)})"
        for number, (start_ms, end_ms, segment) in enumerate(placed(track), 1)
    ]
    return say("track_line", label=label, items=", ".join(pieces))


def label_of(segment: Segment, number: int, say: Say) -> str:
    """A segment in a sentence: its words, its file, its mood, or its number."""
    if segment.meta.text:
        return say("quoted", text=segment.meta.text)
    name = name_of(segment)
    if name:
        return name
    if segment.meta.mood:
        mood = say(f"mood_{segment.meta.mood}")
        return mood[:1].upper() + mood[1:]
    return say("clip_n", number=number)


def _when(start_ms: int, end_ms: int, segment: Segment) -> str:
    span = f"{seconds(start_ms)}-{seconds(end_ms)}s"
    return span if segment.meta.volume is None else f"{span}, {percent(segment.meta.volume)}%"
