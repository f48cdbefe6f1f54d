"""Loudness and peaks: how loud a piece is, and bringing it to a level without clipping.

Source: Rec. ITU-R BS.1770-4 (K-weighting, gated loudness), at 48 kHz.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .voices import RATE, Samples

_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_BLOCK = 64
STRETCH = 8 * RATE  # a whole number of blocks and of 100 ms


def stretches(samples: Samples) -> Iterator[Samples]:
    """Views of (n, 2) samples, a few seconds each: whole pieces are too long for temporary copies."""
    for start in range(0, len(samples), STRETCH):
        yield samples[start : start + STRETCH]


def loudness(samples: Samples) -> float:
    """Integrated loudness in LUFS of (n, 2) samples; -inf for silence."""
    hop, hops = RATE // 10, 4  # gating blocks of 400 ms, a quarter new each time
    powers = _powers(samples, hop)
    if len(powers) < hops:
        powers = np.full(hops, powers.mean())
    blocks = np.convolve(powers, np.ones(hops), mode="valid") / (hops * hop)
    loud = blocks[blocks > _power(-70)]
    if not loud.size:
        return float("-inf")
    gated = loud[loud > loud.mean() * 10 ** (-10 / 10)]
    return float(-0.691 + 10 * np.log10(gated.mean()))


def _powers(samples: Samples, hop: int) -> NDArray[np.float64]:
    """The K-weighted energy of each `hop` samples; a rest shorter than that is left out where there are others."""
    size = fft_size(STRETCH + 2 * RATE)
    response = _response(_SHELF, size) * _response(_HIGH_PASS, size)
    found: list[float] = []
    for start in range(0, len(samples), STRETCH):
        before = min(start, RATE)  # what the filter still answers to
        part = samples[start - before : start + STRETCH]
        weighted = np.fft.irfft(np.fft.rfft(part, size, axis=0) * response[:, None], axis=0)[before : len(part)]
        energy = (weighted.astype(np.float64) ** 2).sum(axis=1)
        whole = len(energy) // hop * hop
        found += energy[:whole].reshape(-1, hop).sum(axis=1).tolist()
        if not found and len(energy):
            found = [float(energy.mean() * hop)]
    return np.array(found)


def master(samples: Samples, *, lufs: float, peak_db: float = -1.0) -> None:
    """Bring (n, 2) samples to a loudness, in place, peaks held below `peak_db`. Silence stays silence."""
    now = loudness(samples)
    if now != float("-inf"):
        samples *= np.float32(10 ** ((lufs - now) / 20))
        limit(samples, peak_db)


def limit(samples: Samples, peak_db: float = -1.0) -> None:
    """Turn down around peaks, in place, smoothly, some 10 ms ahead; samples below the ceiling are left alone."""
    ceiling = 10 ** (peak_db / 20)
    peaks = np.concatenate([_block_peaks(part) for part in stretches(samples)] or [np.zeros(0, np.float32)])
    if peaks.max(initial=0.0) <= ceiling:
        return
    gains = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    reach = 8
    lowest = np.min(
        [np.roll(np.pad(gains, reach, constant_values=1.0), shift) for shift in range(-reach, reach + 1)], axis=0
    )
    kernel = np.hanning(2 * reach + 1)
    smooth = np.convolve(lowest, kernel / kernel.sum(), mode="same")[reach:-reach]
    # every block's gain is an average of minima that include its own: never above what it needs
    smooth = np.minimum(smooth, gains)
    places = (np.arange(len(smooth)) + 0.5) * _BLOCK
    for number, part in enumerate(stretches(samples)):
        moments = np.arange(len(part)) + number * STRETCH
        np.multiply(part, np.interp(moments, places, smooth).astype(np.float32)[:, None], out=part)
        np.clip(part, -ceiling, ceiling, out=part)


def _block_peaks(part: Samples) -> Samples:
    """The highest peak of every _BLOCK samples."""
    highest = np.abs(part).max(axis=1)
    return np.asarray(np.pad(highest, (0, -len(highest) % _BLOCK)).reshape(-1, _BLOCK).max(axis=1), np.float32)


def _response(filter_: tuple[tuple[float, ...], tuple[float, ...]], size: int) -> NDArray[np.complex64]:
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    top, bottom = filter_
    return np.asarray(np.polyval(top[::-1], z) / np.polyval(bottom[::-1], z), np.complex64)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def fft_size(length: int) -> int:
    """The next length the FFT is quick at: 2^a·3^b·5^c."""
    best = 1 << (length - 1).bit_length()
    five = 1
    while five < best:
        three = five
        while three < best:
            best = min(best, three << max(0, (-(-length // three) - 1).bit_length()))
            three *= 3
        five *= 5
    return best
