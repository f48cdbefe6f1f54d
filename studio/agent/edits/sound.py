"""What is heard: music made here or the user's own, and a voice-over's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from api import Draft

from .tracks import SoundRole, changed, is_clip, new_segment, pictures, sounds, with_pictures, with_sounds

VOLUME, FADE_IN_MS, FADE_OUT_MS = 0.6, 500, 1500
_MS_PER_WORD, _MS_PER_LETTER = 400, 250  # a calm reading voice; letters where a script has no spaces


@dataclass(frozen=True, slots=True)
class AddMusic:
    """Put music under the film, in place of any other. mood: made here; source, file_name: the user's own file."""

    name: ClassVar[str] = "add_music"
    mood: str | None = None
    source: str | None = None
    file_name: str | None = None
    volume: float | None = None
    start_ms: int = 0
    from_ms: int | None = None

    def apply(self, draft: Draft) -> Draft:
        before = sounds(draft, "music")[:1]
        wanted = self.start_ms or (before[0].meta.start_ms or 0 if before else 0)
        start = min(wanted, max(0, draft.duration_ms - 1))
        meta: dict[str, Any] = {
            "role": "music",
            "start_ms": start,
            "mood": self.mood,
            "source": self.source,
            "name": self.file_name,
            "from_ms": self.from_ms,
            "volume": before[0].meta.volume if before else VOLUME,
            "fade_in_ms": before[0].meta.fade_in_ms if before else FADE_IN_MS,
            "fade_out_ms": before[0].meta.fade_out_ms if before else FADE_OUT_MS,
        }
        if self.volume is not None:
            meta["volume"] = self.volume
        duration = max(1, draft.duration_ms - start)
        if before:
            return with_sounds(draft, "music", [changed(before[0], duration_ms=duration, **meta)])
        given = {key: value for key, value in meta.items() if value is not None}
        return with_sounds(draft, "music", [new_segment(duration, **given)])


@dataclass(frozen=True, slots=True)
class ChangeSound:
    """Change sound that is there. factor: on the volume. start_ms: on the film; from_ms: inside the file."""

    name: ClassVar[str] = "change_music"
    role: SoundRole = "music"
    volume: float | None = None
    factor: float = 1.0
    fade_in_ms: int | None = None
    fade_out_ms: int | None = None
    start_ms: int | None = None
    from_ms: int | None = None

    def apply(self, draft: Draft) -> Draft:
        segments = []
        for segment in sounds(draft, self.role):
            meta: dict[str, Any] = {}
            level = self.volume
            if self.factor != 1.0:
                level = max(0.05, segment.meta.volume if segment.meta.volume is not None else VOLUME) * self.factor
            if level is not None:
                meta["volume"] = round(min(1.0, max(0.0, level)), 3)
            for key in ("fade_in_ms", "fade_out_ms", "from_ms"):
                if getattr(self, key) is not None:
                    meta[key] = getattr(self, key)
            duration = segment.duration_ms
            if self.start_ms is not None:
                meta["start_ms"] = min(self.start_ms, max(0, draft.duration_ms - 1))
                duration = max(1, draft.duration_ms - meta["start_ms"])
            segments.append(changed(segment, duration_ms=duration, **meta))
        return with_sounds(draft, self.role, segments)


@dataclass(frozen=True, slots=True)
class ChangeVoice:
    """Another level or another start for the voice-over that is there. factor: on its volume."""

    name: ClassVar[str] = "change_voice"
    volume: float | None = None
    factor: float = 1.0
    start_ms: int | None = None

    def apply(self, draft: Draft) -> Draft:
        segments = []
        for segment in sounds(draft, "voice"):
            now = segment.meta.volume if segment.meta.volume is not None else 1.0
            level = self.volume if self.volume is not None else max(0.05, now) * self.factor
            start = segment.meta.start_ms or 0
            duration = segment.duration_ms
            if self.start_ms is not None:
                start = min(self.start_ms, max(0, draft.duration_ms - 1))
                whole = reading_ms(segment.meta.text) if segment.meta.text else duration
                duration = max(1, min(whole, draft.duration_ms - start))
            volume = round(min(1.0, max(0.0, level)), 3)
            segments.append(changed(segment, duration_ms=duration, start_ms=start, volume=volume))
        return with_sounds(draft, "voice", segments)


@dataclass(frozen=True, slots=True)
class SetVolume:
    """How loud the music is, 0..1."""

    name: ClassVar[str] = "set_volume"
    volume: float

    def apply(self, draft: Draft) -> Draft:
        return ChangeSound(volume=self.volume).apply(draft)


@dataclass(frozen=True, slots=True)
class SetClipVolume:
    """How loud video clips' own sound is, 0..1. clips: positions; None = every clip. factor: on what it is now."""

    name: ClassVar[str] = "set_clip_volume"
    volume: float | None = None
    clips: tuple[int, ...] | None = None
    factor: float = 1.0

    def apply(self, draft: Draft) -> Draft:
        segments = [
            changed(segment, volume=self._level(segment.meta.volume or 0.0))
            if is_clip(segment) and (self.clips is None or index in self.clips)
            else segment
            for index, segment in enumerate(pictures(draft))
        ]
        return with_pictures(draft, segments)

    def _level(self, now: float) -> float:
        return self.volume if self.volume is not None else round(min(1.0, max(0.05, now) * self.factor), 3)


@dataclass(frozen=True, slots=True)
class RemoveSound:
    """Take the music, or the voice-over, away."""

    name: ClassVar[str] = "remove_sound"
    role: SoundRole = "music"

    def apply(self, draft: Draft) -> Draft:
        return with_sounds(draft, self.role, [])


@dataclass(frozen=True, slots=True)
class AddRecording:
    """The user's own recording over the film, in place of any other voice. length_ms: the recording's."""

    name: ClassVar[str] = "add_recording"
    source: str
    file_name: str
    length_ms: int
    start_ms: int = 0

    def apply(self, draft: Draft) -> Draft:
        start = min(self.start_ms, max(0, draft.duration_ms - 1))
        duration = max(1, min(self.length_ms, draft.duration_ms - start))
        meta: dict[str, Any] = {"source": self.source, "name": self.file_name, "start_ms": start, "volume": 1.0}
        return with_sounds(draft, "voice", [new_segment(duration, role="voice", **meta)])


@dataclass(frozen=True, slots=True)
class AddVoice:
    """Words to be spoken, from start_ms on; how long they take is estimated. language: of the words, primary tag."""

    name: ClassVar[str] = "add_voice"
    text: str
    start_ms: int = 0
    language: str = "en"

    def apply(self, draft: Draft) -> Draft:
        start = min(self.start_ms, max(0, draft.duration_ms - 1))
        duration = max(1, min(reading_ms(self.text), draft.duration_ms - start))
        meta: dict[str, Any] = {"text": self.text, "start_ms": start, "volume": 1.0, "voice": self.language}
        return with_sounds(draft, "voice", [new_segment(duration, role="voice", **meta)])


def reading_ms(text: str) -> int:
    """About how long it takes to read a text aloud."""
    spaced = len(text.split())
    dense = sum(1 for letter in text if letter >= "\u2e80")
    return max(1000, spaced * _MS_PER_WORD + dense * _MS_PER_LETTER)
