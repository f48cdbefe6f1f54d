"""A mood and a length to notes: whole bars stretched to fit, a cadence, and a last chord that rings to the end."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from .harmony import Chord, lead, parse, pitch_class

_DATA = "data/compiled/moods.json"
_STEPS = 16
_BASS_FROM = 36
_ACCENT, _PLAIN = 1.0, 0.74


@dataclass(frozen=True, slots=True)
class Note:
    """start_s, length_s: seconds. level: 0..1. pan: -1 left to 1 right."""

    voice: str
    start_s: float
    length_s: float
    midi: int
    level: float
    pan: float


@dataclass(frozen=True, slots=True)
class Score:
    """notes of a film; beats_s: when each beat falls; room, warmth (Hz), crackle: how it is mixed."""

    notes: tuple[Note, ...]
    beats_s: tuple[float, ...]
    room: float
    warmth: float
    crackle: float


@dataclass(frozen=True, slots=True)
class _Grid:
    """beats: before the last chord. beat_s: length of one. Chords: one for every half bar, then the last."""

    beats: int
    beat_s: float
    halves: tuple[Chord, ...]
    voiced: tuple[tuple[int, ...], ...]

    def chord_at(self, beat: float) -> int:
        return min(int(beat // 2), len(self.halves) - 2)


def moods() -> tuple[str, ...]:
    """What can be asked for."""
    return tuple(sorted(_data()["moods"]))


def write(mood: str, seconds: float) -> Score:
    """Notes for a film of this length. Raises KeyError for a mood there is none of."""
    data = _data()
    style = data["moods"][mood]
    grid = _grid(style, data["qualities"], seconds)
    chance = np.random.Generator(np.random.PCG64(zlib.crc32(mood.encode())))
    notes: list[Note] = []
    for number, part in enumerate(style["parts"]):
        pan = 0.0 if part["play"] in ("bass",) or part["voice"] in ("kick", "snare", "taiko") else _spread(number)
        notes += _part(part, grid, style, pan, chance, seconds)
    return Score(
        tuple(notes),
        tuple(beat * grid.beat_s for beat in range(grid.beats + 1)),
        style["room"],
        style["warmth"],
        style.get("crackle", 0.0),
    )


def _grid(style: dict[str, Any], qualities: dict[str, list[int]], seconds: float) -> _Grid:
    beat = 60 / style["bpm"]
    ring = min(max(2.4 * beat, 1.4), seconds * 0.3)
    bars = round((seconds - ring) / (4 * beat))
    beats = bars * 4 if bars >= 3 else max(2, round((seconds - ring) / (2 * beat)) * 2)
    halves: list[Chord] = []
    for bar in range(-(-beats // 4)):
        named = style["bars"][bar % len(style["bars"])].split()
        halves += [parse(name, qualities) for name in (named if len(named) == 2 else named * 2)]
    halves = halves[: beats // 2]
    close = [parse(name, qualities) for name in style["cadence"][0].split()]
    if len(halves) > 2:
        halves[-2:] = close if len(close) == 2 else close * 2
    chords = (*halves, parse(style["cadence"][1], qualities))
    return _Grid(beats, (seconds - ring) / beats, chords, lead(chords))


def _part(
    part: dict[str, Any], grid: _Grid, style: dict[str, Any], pan: float, chance: np.random.Generator, seconds: float
) -> Iterator[Note]:
    step_s = grid.beat_s / 4
    silent_until = part.get("enter", 0.0) * grid.beats // 2 * 2 if grid.beats >= 12 else 0
    tune = _Tune(style, part, chance)
    for beat in range(grid.beats):
        for quarter in range(4):
            step = (beat * 4 + quarter) % _STEPS
            sign = part["pattern"][step]
            if sign == "." or beat < silent_until:
                continue
            late = style.get("swing", 0.0) * 2 * step_s if step % 4 == 2 else 0.0
            place = beat + quarter / 4
            start = place * grid.beat_s + late + float(chance.uniform(0, 0.008))
            level = part["level"] * (_ACCENT if sign in "X1" else _PLAIN) * float(chance.uniform(0.92, 1.0))
            length = min(part.get("length", 1) * step_s, seconds - start)
            for midi in _pitches(part, sign, grid, grid.chord_at(place), tune):
                yield Note(part["voice"], start, length, midi, level, pan)
    yield from _last(part, grid, pan, seconds, tune)


def _last(part: dict[str, Any], grid: _Grid, pan: float, seconds: float, tune: _Tune) -> Iterator[Note]:
    """Everybody lands on the last chord; drums strike once, if theirs is a low one."""
    start = grid.beats * grid.beat_s
    if part["play"] == "drum":
        if part["voice"] in ("kick", "taiko"):
            yield Note(part["voice"], start, 1, 0, part["level"], pan)
        return
    place = len(grid.halves) - 1
    sign = {"bass": "1", "arp": "1", "melody": "1"}.get(part["play"], "X")
    pitches = grid.voiced[place] if part["play"] == "arp" else _pitches(part, sign, grid, place, tune)
    for number, midi in enumerate(pitches):
        rolled = number * 0.035 if part["voice"] in ("piano", "epiano", "pluck") else 0.0
        yield Note(part["voice"], start + rolled, seconds - start - rolled, midi, part["level"] * 0.9, pan)


class _Tune:
    """A melody: a motif of steps, said again over each chord and settling on its tones."""

    def __init__(self, style: dict[str, Any], part: dict[str, Any], chance: np.random.Generator) -> None:
        key = pitch_class(style["key"])
        octave = 60 + 12 * part.get("octave", 0)
        self._notes = [octave + (key + degree) % 12 + 12 * up for up in (0, 1) for degree in style["scale"]]
        self._notes = sorted(note for note in self._notes if octave <= note <= octave + 17)
        self._motif = [int(step) for step in chance.choice([-2, -1, -1, 1, 1, 2], size=12)]
        self._at, self._said = len(self._notes) // 2, 0

    def next(self, chord: Chord) -> int:
        """The next note, on the chord's tone nearest to where the motif leads."""
        step = self._motif[self._said % len(self._motif)]
        if not 1 <= self._at + step < len(self._notes) - 1:
            step = -step
        self._at = min(max(0, self._at + step), len(self._notes) - 1)
        self._said += 1
        note = self._notes[self._at]
        near = [each for each in range(note - 3, note + 4) if each % 12 in chord.classes]
        return min(near, key=lambda each: abs(each - note), default=note)


def _pitches(part: dict[str, Any], sign: str, grid: _Grid, place: int, tune: _Tune) -> tuple[int, ...]:
    chord, voiced = grid.halves[place], grid.voiced[place]
    play = part["play"]
    if play == "drum":
        return (0,)
    if play == "chord":
        return voiced
    if play == "melody":
        return (tune.next(chord),)
    number = int(sign) - 1 if sign.isdigit() else 0
    if play == "arp":
        return (voiced[number],) if number < len(voiced) else (voiced[0] + 12,)
    root = _BASS_FROM + (chord.root - _BASS_FROM) % 12
    fifth = next((tone for tone in chord.tones if tone in (6, 7, 8)), 7)
    return (root + (0, chord.tones[1], fifth, 12)[number],) if number < 4 else (root,)


def _spread(number: int) -> float:
    """Parts side by side, the first ones nearest to the middle."""
    return (0.0, -0.22, 0.28, -0.38, 0.42, 0.3, -0.3)[number % 7]


@cache
def _data() -> dict[str, Any]:
    text = files(__package__).joinpath(_DATA).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
