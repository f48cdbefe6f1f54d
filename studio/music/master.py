"""Loudness and peaks: how loud a piece is, and bringing it to a level without clipping.

Source: Rec. ITU-R BS.1770-4 (K-weighting, gated loudness), at 48 kHz.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .voices import RATE, Samples

_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_BLOCK = 64


def loudness(samples: Samples) -> float:
    """Integrated loudness in LUFS of (n, 2) samples; -inf for silence."""
    size = fft_size(len(samples) + RATE)
    response = _response(_SHELF, size) * _response(_HIGH_PASS, size)
    weighted = np.fft.irfft(np.fft.rfft(samples, size, axis=0) * response[:, None], axis=0)[: len(samples)]
    hop, window = RATE // 10, RATE * 4 // 10
    power = np.concatenate([[0.0], np.cumsum((weighted.astype(np.float64) ** 2).sum(axis=1))])
    starts = np.arange(0, max(1, len(samples) - window + 1), hop)
    ends = np.minimum(starts + window, len(samples))
    blocks = (power[ends] - power[starts]) / np.maximum(1, ends - starts)
    loud = blocks[blocks > _power(-70)]
    if not loud.size:
        return float("-inf")
    gated = loud[loud > loud.mean() * 10 ** (-10 / 10)]
    return float(-0.691 + 10 * np.log10(gated.mean()))


def master(samples: Samples, *, lufs: float, peak_db: float = -1.0) -> Samples:
    """Bring (n, 2) samples to a loudness, peaks held below `peak_db`. Silence stays silence."""
    now = loudness(samples)
    if now == float("-inf"):
        return samples
    louder = samples * np.float32(10 ** ((lufs - now) / 20))
    return limit(louder, peak_db)


def limit(samples: Samples, peak_db: float = -1.0) -> Samples:
    """Turn down around peaks, smoothly, some 10 ms ahead; samples below the ceiling are left alone."""
    ceiling = 10 ** (peak_db / 20)
    peaks = np.abs(samples).max(axis=1)
    if peaks.max(initial=0.0) <= ceiling:
        return samples
    padded = np.pad(peaks, (0, -len(peaks) % _BLOCK)).reshape(-1, _BLOCK).max(axis=1)
    gains = np.minimum(1.0, ceiling / np.maximum(padded, 1e-9))
    reach = 8
    lowest = np.min(
        [np.roll(np.pad(gains, reach, constant_values=1.0), shift) for shift in range(-reach, reach + 1)], axis=0
    )
    kernel = np.hanning(2 * reach + 1)
    smooth = np.convolve(lowest, kernel / kernel.sum(), mode="same")[reach:-reach]
    # every block's gain is an average of minima that include its own: never above what it needs
    smooth = np.minimum(smooth, gains)
    places = (np.arange(len(smooth)) + 0.5) * _BLOCK
    gain = np.interp(np.arange(len(samples)), places, smooth).astype(np.float32)
    return np.asarray(np.clip(samples * gain[:, None], -ceiling, ceiling), np.float32)


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
