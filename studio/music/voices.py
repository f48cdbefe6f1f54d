"""The instruments: one note each, as mono samples at 48 kHz, about -1..1. All are made here; no samples are shipped."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
Samples = NDArray[np.float32]
Voice = Callable[[float, float], Samples]

_TABLE = 4096
_TOP_HZ = 14_000


def note(voice: str, midi: int, seconds: float) -> Samples:
    """One note of a pitched voice, or one hit of a drum (midi, seconds ignored). Raises KeyError."""
    if voice in _DRUMS:
        return _drum(voice)
    return _pitched(voice, midi, round(seconds, 2))


def is_drum(voice: str) -> bool:
    return voice in _DRUMS


@lru_cache(maxsize=512)
def _pitched(voice: str, midi: int, seconds: float) -> Samples:
    made = _PITCHED[voice](440.0 * 2 ** ((midi - 69) / 12), seconds)
    made.setflags(write=False)
    return made


@lru_cache(maxsize=32)
def _drum(voice: str) -> Samples:
    made = _DRUMS[voice]()
    made.setflags(write=False)
    return made


def _time(seconds: float) -> Samples:
    return np.asarray(np.arange(max(1, int(seconds * RATE))) / RATE, np.float32)


@lru_cache(maxsize=256)
def _wave(partials: int, fall: float, odd: float) -> Samples:
    """One period: partials 1..n at n^-fall, even ones times `odd`."""
    phase = np.arange(_TABLE) * (2 * np.pi / _TABLE)
    numbers = np.arange(1, partials + 1)
    levels = numbers**-fall * np.where(numbers % 2 == 0, odd, 1.0)
    table = (np.sin(np.outer(numbers, phase)) * levels[:, None]).sum(axis=0)
    return np.asarray(table / np.abs(table).max(), np.float32)


def _tone(hz: float, t: Samples, fall: float, *, odd: float = 1.0, most: int = 40, start: float = 0.0) -> Samples:
    """A steady, band-limited tone."""
    table = _wave(max(1, min(most, int(_TOP_HZ / hz))), fall, odd)
    phase = (t * np.float32(hz) + np.float32(start)) % 1.0
    return table[(phase * _TABLE).astype(np.int32) % _TABLE]


def _shape(t: Samples, attack: float, release: float) -> Samples:
    """Rise over `attack` s, fall over the last `release` s."""
    left = t[-1] - t
    shape = np.clip(t / attack, 0, 1) * np.clip(left / release, 0, 1)
    return np.asarray(shape * shape * (3 - 2 * shape), np.float32)


def _epiano(hz: float, seconds: float) -> Samples:
    t = _time(seconds + 0.4)
    bite = 1.4 * np.exp(-t * 5) * min(1.0, 500 / hz + 0.3)
    body = np.sin(2 * np.pi * hz * t + bite * np.sin(2 * np.pi * hz * t))
    tine = 0.10 * np.sin(2 * np.pi * hz * 7 * t) * np.exp(-t * 16)
    wobble = 1 + 0.06 * np.sin(2 * np.pi * 4.6 * t)
    return np.asarray((body + tine) * np.exp(-t * 1.5) * wobble * _shape(t, 0.004, 0.3) * 0.6, np.float32)


def _piano(hz: float, seconds: float) -> Samples:
    t = _time(seconds + 0.5)
    speed = (hz / 260) ** 0.5
    bright = _tone(hz, t, 1.15, most=18) * np.exp(-t * 5.0 * speed)
    body = (_tone(hz, t, 1.9, most=8) + 0.6 * _tone(hz * 1.0011, t, 2.0, most=6, start=0.3)) * np.exp(-t * 1.3 * speed)
    return np.asarray((0.45 * bright + 0.45 * body) * _shape(t, 0.003, 0.35), np.float32)


def _pluck(hz: float, seconds: float) -> Samples:
    t = _time(max(0.5, seconds) + 0.3)
    bright = _tone(hz, t, 0.9, odd=0.5, most=24) * np.exp(-t * 14)
    body = _tone(hz, t, 1.7, odd=0.7, most=8) * np.exp(-t * 4.5)
    return np.asarray((0.4 * bright + 0.6 * body) * _shape(t, 0.002, 0.25), np.float32)


def _bell(hz: float, seconds: float) -> Samples:
    t = _time(seconds + 1.2)
    strike = 1.1 * np.exp(-t * 3.5)
    body = np.sin(2 * np.pi * hz * t + strike * np.sin(2 * np.pi * hz * 3.01 * t))
    return np.asarray(body * np.exp(-t * 2.4) * _shape(t, 0.004, 0.6) * 0.55, np.float32)


def _pad(hz: float, seconds: float) -> Samples:
    t = _time(seconds + 0.6)
    parts = sum(_tone(hz * 2 ** (cents / 1200), t, 1.7, most=12, start=cents * 0.071) for cents in (-7, 0, 8))
    return np.asarray(parts * _shape(t, 0.7, 0.9) * 0.22, np.float32)


def _strings(hz: float, seconds: float) -> Samples:
    t = _time(seconds + 0.35)
    slow = min(0.35, seconds * 0.3)
    swell = np.clip(t / 0.8, 0, 1) * 0.0035 / 5.2
    bowed = t + np.asarray(swell * np.sin(2 * np.pi * 5.2 * t), np.float32)
    parts = sum(_tone(hz * 2 ** (cents / 1200), bowed, 1.15, most=20, start=cents * 0.05) for cents in (-6, 1, 7))
    return np.asarray(parts * _shape(t, max(0.03, slow), 0.3) * 0.2, np.float32)


def _bass(hz: float, seconds: float) -> Samples:
    t = _time(seconds + 0.08)
    body = np.sin(2 * np.pi * hz * t) + 0.35 * np.sin(4 * np.pi * hz * t) * np.exp(-t * 4)
    growl = 0.25 * _tone(hz, t, 1.2, most=10) * np.exp(-t * 9)
    return np.asarray(np.tanh(1.3 * (body + growl)) * np.exp(-t * 1.2) * _shape(t, 0.006, 0.07) * 0.7, np.float32)


def _sub(hz: float, seconds: float) -> Samples:
    t = _time(seconds + 0.3)
    body = np.sin(2 * np.pi * hz * t) + 0.22 * np.sin(4 * np.pi * hz * t) + 0.08 * np.sin(6 * np.pi * hz * t)
    return np.asarray(body * _shape(t, 0.12, 0.4) * 0.6, np.float32)


def _noise(seconds: float, seed: int) -> Samples:
    generator = np.random.Generator(np.random.PCG64(seed))
    return generator.standard_normal(int(seconds * RATE), dtype=np.float32) * np.float32(0.33)


def _high(noise: Samples, times: int) -> Samples:
    for _ in range(times):
        noise = np.diff(noise, prepend=noise[:1])
    return noise


def _kick() -> Samples:
    t = _time(0.42)
    phase = 2 * np.pi * (47 * t + (150 - 47) / 34 * (1 - np.exp(-t * 34)))
    click = _high(_noise(0.42, 11), 1) * np.exp(-t * 320) * 0.4
    return np.asarray((np.sin(phase) * np.exp(-t * 9) + click) * _shape(t, 0.001, 0.08), np.float32)


def _snare() -> Samples:
    t = _time(0.32)
    skin = (np.sin(2 * np.pi * 186 * t) + 0.6 * np.sin(2 * np.pi * 278 * t)) * np.exp(-t * 26)
    wires = _high(_noise(0.32, 12), 1) * np.exp(-t * 17)
    return np.asarray((0.5 * skin + 1.1 * wires) * _shape(t, 0.001, 0.05), np.float32)


def _clap() -> Samples:
    t = _time(0.3)
    bursts = sum(np.where(t >= at, np.exp(-(t - at) * 160), 0.0) for at in (0.0, 0.011, 0.023))
    tail = np.where(t >= 0.03, np.exp(-(t - 0.03) * 22), 0.0)
    return np.asarray(_high(_noise(0.3, 13), 1) * (bursts + 0.8 * tail) * _shape(t, 0.001, 0.05), np.float32)


def _hat() -> Samples:
    t = _time(0.09)
    return np.asarray(_high(_noise(0.09, 14), 2) * np.exp(-t * 62) * _shape(t, 0.0006, 0.02), np.float32)


def _shaker() -> Samples:
    t = _time(0.12)
    return np.asarray(
        _high(_noise(0.12, 15), 1) * np.exp(-((t - 0.03) ** 2) * 1800) * _shape(t, 0.01, 0.03), np.float32
    )


def _taiko() -> Samples:
    t = _time(1.1)
    phase = 2 * np.pi * (58 * t + 40 / 16 * (1 - np.exp(-t * 16)))
    skin = _noise(1.1, 16) * np.exp(-t * 60) * 0.5
    return np.asarray((np.sin(phase) * np.exp(-t * 4.2) + skin) * _shape(t, 0.002, 0.3), np.float32)


_PITCHED: dict[str, Voice] = {
    "bass": _bass,
    "bell": _bell,
    "epiano": _epiano,
    "pad": _pad,
    "piano": _piano,
    "pluck": _pluck,
    "strings": _strings,
    "sub": _sub,
}
_DRUMS: dict[str, Callable[[], Samples]] = {
    "clap": _clap,
    "hat": _hat,
    "kick": _kick,
    "shaker": _shaker,
    "snare": _snare,
    "taiko": _taiko,
}
