"""Music made here: a mood and a length to finished stereo samples, the same every time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .master import STRETCH, fft_size, master, stretches
from .score import Note, Score, write
from .voices import RATE, Samples, is_drum, note

LUFS = -16.0
_BEFORE = RATE // 4  # for what a filter without delay answers before the sound
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
    mixed = _colored(score, count)
    tail = min(count, round(_TAIL_S * RATE))
    mixed[-tail:] *= _fall(tail)[:, None]
    master(mixed, lufs=LUFS)
    return mixed


def beat_times(mood: str, duration_ms: int) -> tuple[int, ...]:
    """When the beats of `compose(mood, duration_ms)` fall, ms; the last one is the closing chord."""
    return tuple(round(beat * 1000) for beat in write(mood, duration_ms / 1000).beats_s)


def _played(notes: tuple[Note, ...], count: int) -> Iterator[tuple[int, Samples]]:
    """All notes on one bus, stretch by stretch: where one begins, and (left, right, left sent, right sent)."""
    rest = np.zeros((4, 0), np.float32)
    waiting = sorted(notes, key=lambda each: each.start_s)[::-1]
    for first in range(0, count, STRETCH):
        bus = np.zeros((4, max(STRETCH, rest.shape[1])), np.float32)
        bus[:, : rest.shape[1]] += rest
        while waiting and round(waiting[-1].start_s * RATE) < first + STRETCH:
            each = waiting.pop()
            bus = _with_note(bus, round(each.start_s * RATE) - first, each)
        rest = bus[:, STRETCH:].copy()
        yield first, bus[:, : min(STRETCH, count - first)]


def _with_note(bus: Samples, start: int, each: Note) -> Samples:
    """The bus with one note in it, longer where the note rings on."""
    sound = note(each.voice, each.midi, each.length_s)
    if (missing := start + len(sound) - bus.shape[1]) > 0:
        bus = np.concatenate([bus, np.zeros((4, missing), np.float32)], axis=1)
    angle = (each.pan + 1) * np.pi / 4
    share = 0.0 if each.voice in _DRY else 0.35 if is_drum(each.voice) else 1.0
    for side, gain in enumerate((np.cos(angle), np.sin(angle))):
        heard = sound * np.float32(each.level * gain)
        bus[side, start : start + len(sound)] += heard
        if share:
            bus[side + 2, start : start + len(sound)] += heard * np.float32(share)
    return bus


def _colored(score: Score, count: int) -> Samples:
    """The notes with room, warmth and, for lo-fi, a worn record. Shape (n, 2).

    Filtered in stretches whose edges are added up, so that memory does not grow with a filter's spectrum.
    """
    room = _room(round(1.0 * RATE + 1.4 * RATE * score.room))
    size = fft_size(STRETCH + room.shape[1] + 2 * _BEFORE)
    hz = np.fft.rfftfreq(size, 1 / RATE).astype(np.float32)
    # gentle slopes: 30 Hz rumble filter, and the mood's own treble; they answer a little before the sound, too
    tone = (1 / np.sqrt(1 + (28 / np.maximum(hz, 1)) ** 4) / np.sqrt(1 + (hz / score.warmth) ** 3)).astype(np.float32)
    answer = np.fft.rfft(room, size, axis=1) * np.float32(score.room)
    mixed = np.zeros((_BEFORE + count + size, 2), np.float32)
    for first, bus in _played(score.notes, count):
        spectrum = np.fft.rfft(np.pad(bus, ((0, 0), (_BEFORE, 0))), size, axis=1)
        heard = np.fft.irfft((spectrum[:2] + spectrum[2:] * answer) * tone, size, axis=1)
        mixed[first : first + size] += heard.T
    mixed = mixed[_BEFORE : _BEFORE + count]
    if score.crackle:
        _crackle(mixed, score.crackle)
    level = np.sqrt(sum(float((part**2).sum(dtype=np.float64)) for part in stretches(mixed)) / mixed.size) + 1e-9
    for part in stretches(mixed):
        np.tanh(part * np.float32(0.16 / level), out=part)
    return mixed


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


def _crackle(mixed: Samples, level: float) -> None:
    """Lay the noise of a worn record over (n, 2) samples."""
    chance = np.random.Generator(np.random.PCG64(9))
    for part in stretches(mixed):
        noise = chance.standard_normal(part.shape, dtype=np.float32) * np.float32(0.3)
        clicks = chance.integers(0, len(part), max(1, len(part) // 6000))
        noise[clicks] += chance.uniform(2, 14, (len(clicks), 1)).astype(np.float32)
        np.add(part, noise * np.float32(level), out=part)


def _fall(count: int) -> Samples:
    return np.asarray(np.cos(np.linspace(0, np.pi / 2, count)) ** 1.5, np.float32)
