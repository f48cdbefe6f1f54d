"""Music made here: exact length and loudness, the chords that are written, a cadence, the same every time."""

from __future__ import annotations

import json
import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

import studio.music
from studio.music import beat_times, compose, limit, loudness, moods
from studio.music.harmony import Chord, lead, parse
from studio.music.score import write

RATE = 48_000
ASKED = {"lo-fi", "upbeat", "calm", "cinematic", "ambient", "corporate", "happy", "dramatic"}
QUALITIES = {"": [0, 4, 7], "m": [0, 3, 7], "7": [0, 4, 7, 10], "maj9": [0, 4, 11, 14]}


def classes_heard(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[int]:
    """Pitch classes by energy between 110 and 1000 Hz, strongest first."""
    mono = samples.mean(axis=1) * np.hanning(len(samples))
    power = np.abs(np.fft.rfft(mono, 1 << 17)) ** 2
    hz = np.fft.rfftfreq(1 << 17, 1 / RATE)
    inside = (hz > 110) & (hz < 1000)
    classes = np.round(12 * np.log2(hz[inside] / 440) + 69).astype(int) % 12
    energy = np.bincount(classes, power[inside], 12)
    return [int(each) for each in np.argsort(energy)[::-1]]


def test_all_moods_are_there() -> None:
    assert set(moods()) == ASKED


@pytest.mark.parametrize("mood", sorted(ASKED))
def test_each_mood_is_as_long_and_as_loud_as_asked_and_plays_what_is_written(mood: str) -> None:
    samples = compose(mood, 9_300)
    assert samples.shape == (round(9.3 * RATE), 2) and samples.dtype == np.float32
    assert loudness(samples) == pytest.approx(-16, abs=0.6)
    assert np.abs(samples).max() <= 10 ** (-1 / 20) + 1e-4
    assert np.abs(samples[-200:]).max() < 0.01 and np.abs(samples[:4800]).max() > 0
    seconds = np.sqrt((samples[: 8 * RATE].reshape(8, -1) ** 2).mean(axis=1))
    assert seconds.min() > 0.02  # no hole before the end
    # the last chord is the one the mood closes on
    data = yaml.safe_load((Path(studio.music.__file__).parent / "data" / "moods.yaml").read_text(encoding="utf-8"))
    closing = parse(data["moods"][mood]["cadence"][1], data["qualities"])
    start = round(write(mood, 9.3).beats_s[-1] * RATE)
    heard = classes_heard(samples[start + RATE // 10 : start + RATE])
    assert heard[0] in closing.classes and closing.root in heard[:4]


def test_it_is_the_same_every_time_and_differs_between_moods() -> None:
    assert np.array_equal(compose("lo-fi", 4_000), compose("lo-fi", 4_000))
    assert not np.allclose(compose("lo-fi", 4_000), compose("happy", 4_000))


@pytest.mark.parametrize("length_ms", [300, 1_000, 2_500, 61_000])
def test_any_length_works(length_ms: int) -> None:
    assert len(compose("calm", length_ms)) == length_ms * 48


def test_a_long_piece_has_no_seams_and_needs_little_more_memory_than_itself() -> None:
    tracemalloc.start()
    samples = compose("ambient", 120_000)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4 * samples.nbytes
    steps = np.abs(np.diff(samples[:, 0]))
    for seam in range(8 * RATE, len(samples), 8 * RATE):  # it is mixed in stretches of eight seconds
        assert steps[seam - 3 : seam + 3].max() <= steps[seam - RATE : seam + RATE].max() * 0.999


def test_beats_are_even_and_end_on_the_closing_chord() -> None:
    beats = beat_times("upbeat", 15_000)
    gaps = {after - before for before, after in pairwise(beats)}
    assert max(gaps) - min(gaps) <= 1 and beats[0] == 0 and 11_000 < beats[-1] < 15_000
    assert pytest.approx(beats[-1] / (len(beats) - 1), rel=0.12) == 60_000 / 116


def test_voices_move_little_from_chord_to_chord() -> None:
    chords = [parse(name, QUALITIES) for name in ("C", "Am", "F", "G7", "C")]
    voiced = lead(chords)
    for chord, notes in zip(chords, voiced, strict=True):
        assert {note % 12 for note in notes} == chord.classes and list(notes) == sorted(notes)
    for before, after in pairwise(voiced):
        assert max(min(abs(note - other) for other in before) for note in after) <= 4
    assert parse("Bbm", QUALITIES) == Chord(10, (0, 3, 7))
    with pytest.raises(ValueError, match="Cdim"):
        parse("Cdim", QUALITIES)


def test_loudness_follows_the_standard() -> None:
    # BS.1770: a 997 Hz sine at full scale in one channel reads -3.01 LKFS
    sine = np.sin(2 * np.pi * 997 * np.arange(5 * RATE) / RATE).astype(np.float32)
    assert loudness(np.column_stack([sine, np.zeros_like(sine)])) == pytest.approx(-3.01, abs=0.05)
    assert loudness(np.zeros((RATE, 2), np.float32)) == float("-inf")


def test_the_limiter_holds_peaks_and_leaves_the_rest_alone() -> None:
    quiet = np.full((RATE, 2), 0.2, np.float32)
    left = quiet.copy()
    limit(left)
    assert np.array_equal(left, quiet)
    held = quiet.copy()
    held[RATE // 2 : RATE // 2 + 30] = 1.8
    limit(held)
    assert np.abs(held).max() <= 10 ** (-1 / 20) + 1e-6
    assert np.allclose(held[: RATE // 4], 0.2) and np.allclose(held[-RATE // 4 :], 0.2)


def test_compiled_data_is_current() -> None:
    data = Path(studio.music.__file__).parent / "data"
    compiled = json.loads((data / "compiled" / "moods.json").read_text(encoding="utf-8"))
    assert compiled == yaml.safe_load((data / "moods.yaml").read_text(encoding="utf-8"))
