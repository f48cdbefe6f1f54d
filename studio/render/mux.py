"""Joins coded parts and sound into one file, without coding any picture again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from .coding import Coding
from .packets import Coded, configure, delay_of, read_part
from .split import Part

RATE = 48_000
_AUDIO = {"mp4": ("aac", 192_000), "mov": ("aac", 192_000), "mkv": ("aac", 192_000), "webm": ("libopus", 128_000)}
_CONTAINER = {"mp4": "mp4", "mov": "mov", "mkv": "matroska", "webm": "webm"}
_CHUNK = 1024


def join(
    out: Path, kind: str, coding: Coding, parts: Sequence[tuple[Part, Path]], sound: NDArray[np.float32] | None
) -> None:
    """Write `out`. kind: mp4, mov, mkv or webm. parts: in order. sound: (samples, 2) at 48 kHz in -1..1, or None."""
    options = {"movflags": "+faststart"} if kind in ("mp4", "mov") else {}
    with av.open(str(out), "w", format=_CONTAINER[kind], options={**options, "fflags": "+bitexact"}) as container:
        video = container.add_stream(coding.codec, rate=coding.fps)
        if not isinstance(video, av.VideoStream):
            raise TypeError(f"{coding.codec} codes no pictures")
        configure(video.codec_context, coding)
        video.time_base = Fraction(1, coding.fps)
        audio = _Sound(container, kind, sound) if sound is not None else None
        for packet in _in_film_time(parts):
            if audio:
                audio.write_until(packet.dts / coding.fps)
            coded = av.Packet(packet.data)
            coded.stream = video
            coded.time_base = Fraction(1, coding.fps)
            coded.pts, coded.dts, coded.duration = packet.pts, packet.dts, 1
            coded.is_keyframe = packet.key
            container.mux_one(coded)
        if audio:
            audio.finish()


def _in_film_time(parts: Sequence[tuple[Part, Path]]) -> Iterator[Coded]:
    """All packets with times of the film: pts shifted, dts counted anew, one a frame, early enough for every pts."""
    delay = max((delay_of(path) for _, path in parts), default=0)
    for part, path in parts:
        for place, packet in enumerate(read_part(path)):
            yield Coded(part.first + packet.pts, part.first + place - delay, packet.key, packet.data)


class _Sound:
    """The audio stream, written a little ahead of the pictures."""

    def __init__(self, container: av.container.OutputContainer, kind: str, samples: NDArray[np.float32]) -> None:
        codec, bit_rate = _AUDIO[kind]
        self._container, self._samples, self._at = container, samples, 0
        stream = container.add_stream(codec, rate=RATE, layout="stereo")
        if not isinstance(stream, av.AudioStream):
            raise TypeError(f"{codec} codes no sound")
        self._stream = stream
        self._stream.bit_rate = bit_rate
        self._stream.codec_context.thread_count = 1
        self._format = "fltp" if codec == "aac" else "flt"

    def write_until(self, second: float) -> None:
        while self._at < len(self._samples) and self._at <= (second + 0.5) * RATE:
            chunk = np.ascontiguousarray(self._samples[self._at : self._at + _CHUNK].T, np.float32)
            packed = chunk if self._format == "fltp" else np.ascontiguousarray(chunk.T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format=self._format, layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, Fraction(1, RATE)
            self._container.mux(self._stream.encode(frame))
            self._at += _CHUNK

    def finish(self) -> None:
        self.write_until(len(self._samples) / RATE)
        self._container.mux(self._stream.encode(None))
