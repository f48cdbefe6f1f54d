"""Music made here: a mood and a length to finished stereo samples, the same every time."""

from __future__ import annotations

import numpy as np

from .master import fft_size, master
from .score import Note, Score, write
from .voices import RATE, Samples, is_drum, note

LUFS = -16.0
_TAIL_S = 0.9  # the film's last moments, over which the last chord fades
_DRY = frozenset({"kick", "bass", "sub"})


def compose(mood: str, duration_ms: int) -> Samples:
    """Samples of shape (n, 2) at 48 kHz in -1..1, exactly as long as asked, at about -16 LUFS, ending on a cadence.

    Raises KeyError for a mood there is none of (see `moods`), ValueError for no length.
    """
    if duration_ms <= 0:
        raise ValueError("music needs a length")
    count = round(duration_ms * RATE / 1000)
    score = write(mood, duration_ms / 1000)
    dry, sent = _play(score.notes, count)
    mixed = _colored(dry, sent, score)[:count]
    tail = min(count, round(_TAIL_S * RATE))
    mixed[-tail:] *= _fall(tail)[:, None]
    finished = master(mixed, lufs=LUFS)
    return np.ascontiguousarray(finished, np.float32)


def beat_times(mood: str, duration_ms: int) -> tuple[int, ...]:
    """When the beats of `compose(mood, duration_ms)` fall, ms; the last one is the closing chord."""
    return tuple(round(beat * 1000) for beat in write(mood, duration_ms / 1000).beats_s)


def _play(notes: tuple[Note, ...], count: int) -> tuple[Samples, Samples]:
    """All notes on one stereo bus, and what of them goes into the room."""
    dry = np.zeros((2, count), np.float32)
    sent = np.zeros((2, count), np.float32)
    for each in notes:
        start = round(each.start_s * RATE)
        sound = note(each.voice, each.midi, each.length_s)[: max(0, count - start)]
        if not sound.size:
            continue
        angle = (each.pan + 1) * np.pi / 4
        for side, gain in enumerate((np.cos(angle), np.sin(angle))):
            level = np.float32(each.level * gain)
            dry[side, start : start + len(sound)] += sound * level
            if each.voice not in _DRY:
                share = np.float32(0.35 if is_drum(each.voice) else 1.0)
                sent[side, start : start + len(sound)] += sound * (level * share)
    return dry, sent


def _colored(dry: Samples, sent: Samples, score: Score) -> Samples:
    """Room, warmth and, for lo-fi, a worn record; one trip through the spectrum. Shape (n, 2)."""
    count = dry.shape[1]
    room = _room(round(1.0 * RATE + 1.4 * RATE * score.room))
    size = fft_size(count + room.shape[1])
    hz = np.fft.rfftfreq(size, 1 / RATE).astype(np.float32)
    # gentle slopes: 30 Hz rumble filter, and the mood's own treble
    tone = (1 / np.sqrt(1 + (28 / np.maximum(hz, 1)) ** 4) / np.sqrt(1 + (hz / score.warmth) ** 3)).astype(np.float32)
    wet = np.fft.rfft(sent, size, axis=1) * np.fft.rfft(room, size, axis=1) * np.float32(score.room)
    mixed = np.fft.irfft((np.fft.rfft(dry, size, axis=1) + wet) * tone, size, axis=1)[:, :count]
    if score.crackle:
        mixed = mixed + _crackle(count) * np.float32(score.crackle)
    level = np.sqrt(np.mean(mixed**2)) + 1e-9
    glued = np.tanh(mixed * (0.16 / level)) if level else mixed
    return np.ascontiguousarray(glued.T, np.float32)


def _room(count: int) -> Samples:
    """The answer of a room: noise that dies away, darker as it goes, different on each side."""
    chance = np.random.Generator(np.random.PCG64(7))
    t = np.arange(count, dtype=np.float32) / RATE
    noise = chance.standard_normal((2, count), dtype=np.float32)
    dark = np.cumsum(noise - noise.mean(axis=1, keepdims=True), axis=1)
    dark = (dark - np.concatenate([np.zeros((2, 48), np.float32), dark[:, :-48]], axis=1)) / 7
    late = np.clip(t / 0.25, 0, 1)
    tail = (noise * (1 - late) + dark * late) * np.exp(-t * 6.9 / (count / RATE)) * np.clip(t / 0.012, 0, 1)
    return np.asarray(tail * (0.9 / np.sqrt((tail**2).sum(axis=1, keepdims=True))), np.float32)


def _crackle(count: int) -> Samples:
    chance = np.random.Generator(np.random.PCG64(9))
    hiss = chance.standard_normal((2, count), dtype=np.float32)
    clicks = np.zeros(count, np.float32)
    places = chance.integers(0, max(1, count), max(1, count // 6000))
    clicks[places] = chance.uniform(2, 14, len(places)).astype(np.float32)
    return np.asarray(hiss * 0.3 + clicks, np.float32)


def _fall(count: int) -> Samples:
    return np.asarray(np.cos(np.linspace(0, np.pi / 2, count)) ** 1.5, np.float32)
