"""Everything that is heard: made music, the user's own audio, clips' sound and voice, mixed to the film's length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from api import Draft, Segment, Track, TrackType, placed

from ..music import compose, limit, moods, stretches
from ..voice import SPOKEN_RATE, speak, spoken_languages
from .errors import RenderError
from .layout import role_of
from .sniff import kind_of
from .timeline import Timeline

RATE = 48_000
_FADE_OUT_MS = 1_500  # of the user's own music, unless the draft says otherwise
_CLICK_MS = 12  # nothing starts or stops harder than this
_SPOKEN_PEAK = 0.7  # of a voice-over read here, so that it stands level with recorded ones
_UNDER_VOICE = 0.3  # what is left of music while somebody speaks
_LOOP_OVERLAP_MS = 400

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Stem:
    """Samples (n, 2) from a moment of the film on. voice: others make way for it."""

    start: int
    samples: Samples
    voice: bool


def mix_sound(draft: Draft, media: Mapping[str, Path], duration_ms: int) -> Samples | None:
    """The film's sound, (n, 2) at 48 kHz in -1..1; None for a silent film. Raises RenderError."""
    count = round(duration_ms * RATE / 1000)
    buses: dict[bool, Samples] = {}
    for stem in chain(_audio(draft, media, duration_ms), _clips(draft, media, duration_ms)):
        if stem.voice not in buses:
            buses[stem.voice] = np.zeros((count, 2), np.float32)
        length = min(len(stem.samples), count - stem.start)
        if length > 0:
            buses[stem.voice][stem.start : stem.start + length] += stem.samples[:length]
    if not buses:
        return None
    mixed = buses.pop(False, None)
    if mixed is None:
        mixed = buses[True]
    elif buses:
        _make_way(mixed, buses[True])
        mixed += buses[True]
    limit(mixed)
    return mixed


def is_silent(draft: Draft, film: Timeline) -> bool:
    """Whether nothing in a draft could be heard."""
    return not any(
        not _unspoken(track, segment) for track in draft.of_type(TrackType.AUDIO) for segment in track.segments
    ) and all(shot.kind != "video" for shot in film.shots)


def _unspoken(track: Track, segment: Segment) -> bool:
    """Whether a segment is words that no voice of this machine reads; the film goes without."""
    return (
        role_of(track, segment) == "voice"
        and segment.meta.source is None
        and segment.meta.voice not in spoken_languages()
    )


def _audio(draft: Draft, media: Mapping[str, Path], duration_ms: int) -> Iterator[_Stem]:
    for track in draft.of_type(TrackType.AUDIO):
        for start, until, segment in placed(track):
            voice = role_of(track, segment) == "voice"
            read_here = voice and segment.meta.source is None
            end = duration_ms if read_here else min(until, duration_ms)  # how long reading takes was only guessed
            volume = 1.0 if segment.meta.volume is None else segment.meta.volume
            if end <= start or volume <= 0 or _unspoken(track, segment):
                continue
            if read_here:
                samples = _spoken(segment.meta.text or "", end - start)
            else:
                samples = _voiced(segment, media, end - start, loop=not voice)
            fade_out = segment.meta.fade_out_ms
            if fade_out is None:
                # made music ends by itself, on its cadence
                fade_out = _FADE_OUT_MS if segment.meta.source and not voice else _CLICK_MS
            _fade(samples, segment.meta.fade_in_ms or _CLICK_MS, max(_CLICK_MS, fade_out))
            samples *= np.float32(min(volume, 2.0))
            yield _Stem(round(start * RATE / 1000), samples, voice)


def _clips(draft: Draft, media: Mapping[str, Path], duration_ms: int) -> Iterator[_Stem]:
    """The own sound of video clips, cross-faded where the pictures are."""
    for track in draft.of_type(TrackType.VIDEO):
        lead_in = 0
        for start, end, segment in placed(track):
            meta = segment.meta
            overlap = meta.transition_ms or 0 if meta.transition not in (None, "cut") else 0
            path = media.get(meta.source or "")
            if path is not None and meta.volume != 0 and _is_video(path):
                samples = decode(path, meta.from_ms or 0, min(end, duration_ms) - start)
                if samples is not None and len(samples):
                    volume = 1.0 if meta.volume is None else meta.volume
                    _fade(samples, max(lead_in, _CLICK_MS), max(overlap, _CLICK_MS))
                    samples *= np.float32(volume)
                    yield _Stem(round(start * RATE / 1000), samples, False)
            lead_in = overlap


def _is_video(path: Path) -> bool:
    try:
        return kind_of(path) == "video"
    except OSError as exc:
        raise RenderError(f"The file {path.name} is gone. Send it again.") from exc


def _voiced(segment: Segment, media: Mapping[str, Path], length_ms: int, *, loop: bool) -> Samples:
    """A segment's samples: the user's file, or music made for its mood."""
    meta = segment.meta
    if meta.source is None:
        if meta.mood is None or meta.mood not in moods():
            raise RenderError(f"There is no music called {meta.mood}. Choose one of {', '.join(moods())}.")
        return compose(meta.mood, length_ms)
    name, path = meta.name or meta.source, media.get(meta.source)
    if path is None:
        raise RenderError(f"The file of {name} is not here any more. Send it again.")
    samples = decode(path, meta.from_ms or 0, length_ms)
    if samples is None or not len(samples):
        raise RenderError(f"There is no sound in {name} from {(meta.from_ms or 0) / 1000:g} s on.")
    return _looped(samples, round(length_ms * RATE / 1000)) if loop else samples


def _spoken(text: str, length_ms: int) -> Samples:
    """A text read aloud, at most so long."""
    said = speak(text)
    if not said.size:
        return np.zeros((0, 2), np.float32)
    frame = av.AudioFrame.from_ndarray(said[None, :], format="fltp", layout="mono")
    frame.sample_rate = SPOKEN_RATE
    resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
    pieces = [piece for part in (frame, None) for piece in resampler.resample(part)]
    whole = np.concatenate([np.asarray(piece.to_ndarray(), np.float32).reshape(-1, 2) for piece in pieces])
    samples = whole[: round(length_ms * RATE / 1000)]
    return samples * np.float32(_SPOKEN_PEAK / max(float(np.abs(samples).max()), 1e-3))


def decode(path: Path, from_ms: int, length_ms: int) -> Samples | None:
    """Up to length_ms of a file's sound as (n, 2) samples at 48 kHz; None when it holds none or cannot be read."""
    wanted = round(length_ms * RATE / 1000)
    skip = round(from_ms * RATE / 1000)
    chunks: list[Samples] = []
    have = 0
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return None
            resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
            for frame in container.decode(container.streams.audio[0]):
                for piece in resampler.resample(frame):
                    samples = np.asarray(piece.to_ndarray(), np.float32).reshape(-1, 2)
                    dropped = min(skip, len(samples))
                    skip -= dropped
                    chunks.append(samples[dropped:])
                    have += len(samples) - dropped
                if have >= wanted:
                    break
    except av.FFmpegError:
        if not have:
            return None  # a damaged end leaves what was heard before it
    return np.concatenate(chunks)[:wanted] if chunks else None


def _looped(samples: Samples, count: int) -> Samples:
    """Repeated until long enough, each turn cross-faded into the next."""
    overlap = min(round(_LOOP_OVERLAP_MS * RATE / 1000), len(samples) // 3)
    if len(samples) >= count or len(samples) < RATE // 2:
        return samples[:count]
    ramp = np.sqrt(np.linspace(0, 1, overlap, dtype=np.float32))[:, None]
    whole = samples
    while len(whole) < count:
        seam = whole[-overlap:] * ramp[::-1] + samples[:overlap] * ramp
        whole = np.concatenate([whole[:-overlap], seam, samples[overlap:]])
    return whole[:count]


def _fade(samples: Samples, in_ms: int, out_ms: int) -> None:
    rise, fall = (min(len(samples), round(ms * RATE / 1000)) for ms in (in_ms, out_ms))
    samples[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)[:, None]
    if fall:
        samples[-fall:] *= np.linspace(1, 0, fall, dtype=np.float32)[:, None]


def _make_way(music: Samples, voice: Samples) -> None:
    """Turn the music down while the voice speaks, with soft ends."""
    hop = RATE // 50
    blocks = np.array([np.abs(voice[start : start + hop]).max() for start in range(0, len(voice), hop)])
    speaking = np.convolve((blocks > 0.02).astype(np.float32), np.ones(25), mode="same") > 0
    smooth = np.convolve(np.pad(speaking.astype(np.float32), 8, mode="edge"), np.hanning(17) / 8, mode="valid")
    gain = 1 - (1 - _UNDER_VOICE) * np.clip(smooth, 0, 1)
    places = (np.arange(len(gain)) + 0.5) * hop
    start = 0
    for part in stretches(music):
        stays = np.interp(np.arange(start, start + len(part)), places, gain).astype(np.float32)
        np.multiply(part, stays[:, None], out=part)
        start += len(part)
