"""Chord names to notes, and chords to voices that move no further than they must."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_NAMES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LOWEST, _HIGHEST = 52, 76  # where four voices sound full and stay out of the bass's way


@dataclass(frozen=True, slots=True)
class Chord:
    """root: pitch class 0..11. tones: semitones above the root, as the symbol spells them."""

    root: int
    tones: tuple[int, ...]

    @property
    def classes(self) -> frozenset[int]:
        return frozenset((self.root + tone) % 12 for tone in self.tones)


def pitch_class(name: str) -> int:
    """C, F#, Bb → 0..11. Raises ValueError."""
    if name[:1] not in _NAMES:
        raise ValueError(f"no note is called {name}")
    return (_NAMES[name[0]] + name[1:].count("#") - name[1:].count("b")) % 12


def parse(symbol: str, qualities: Mapping[str, Sequence[int]]) -> Chord:
    """A chord symbol such as F#m7. Raises ValueError for a quality that is not in the table."""
    cut = 2 if symbol[1:2] in ("#", "b") else 1
    if symbol[cut:] not in qualities:
        raise ValueError(f"no chord is called {symbol}")
    return Chord(pitch_class(symbol[:cut]), tuple(qualities[symbol[cut:]]))


def lead(chords: Sequence[Chord]) -> tuple[tuple[int, ...], ...]:
    """MIDI notes of each chord, low to high: of all close positions, the one nearest to the chord before."""
    voiced: list[tuple[int, ...]] = []
    for chord in chords:
        positions = _positions(chord)
        before = voiced[-1] if voiced else None
        voiced.append(min(positions, key=lambda notes: _cost(notes, before)))
    return tuple(voiced)


def _positions(chord: Chord) -> list[tuple[int, ...]]:
    classes = sorted(chord.classes)
    found = []
    for turn in range(len(classes)):
        order = classes[turn:] + classes[:turn]
        for octave in range(3, 7):
            notes = [order[0] + 12 * octave]
            for each in order[1:]:
                notes.append(notes[-1] + ((each - notes[-1]) % 12 or 12))
            if notes[0] >= _LOWEST - 2 and notes[-1] <= _HIGHEST:
                found.append(tuple(notes))
    return found or [tuple(60 + (each - 60) % 12 for each in classes)]


def _cost(notes: tuple[int, ...], before: tuple[int, ...] | None) -> float:
    """Semitones moved in all, plus a pull towards the middle of the range, plus a little for seconds in the bass."""
    middle = abs(sum(notes) / len(notes) - 63) * 0.4
    crowded = 2.0 if len(notes) > 1 and notes[1] - notes[0] < 3 else 0.0
    if before is None:
        return middle + crowded
    moved = sum(min(abs(note - other) for other in before) for note in notes)
    return moved + 0.5 * abs(notes[-1] - before[-1]) + middle + crowded
