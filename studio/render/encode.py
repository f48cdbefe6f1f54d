"""A stretch of a film to coded packets.

Every part starts with an IDR picture and knows nothing of its neighbours, so parts join by shifting their times.
"""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np

from .coding import Coding
from .errors import RenderError
from .packets import Coded, configure
from .planes import Planes

# x264's AVX-512 code weighs frames with whatever lies behind a row whose blocks are no multiple of eight (1080 px
# upright, for one): the same pictures, other bytes every time. Its AVX2 code is as quick here, and right
_AVX_512F = 13  # OpenCV's number for it


class Encoder:
    """Feeds frames to one codec, one thread, so that the same pictures give the same bytes."""

    def __init__(self, coding: Coding) -> None:
        context = av.CodecContext.create(coding.codec, "w")
        if not isinstance(context, av.VideoCodecContext):
            raise TypeError(f"{coding.codec} codes no pictures")
        self._context = context
        configure(self._context, coding)
        if coding.codec == "libx264" and cv2.checkHardwareSupport(_AVX_512F):
            told = self._context.options
            self._context.options = {**told, "x264-params": f"{told.get('x264-params', '')}:asm=avx2".lstrip(":")}
        self._frame = av.VideoFrame(coding.width, coding.height, "yuv420p")
        self._planes = []
        for plane in self._frame.planes:
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
            rows[:] = 0  # x264 looks a little beyond the picture: what lies there must not be left to chance
            self._planes.append(rows[: plane.height, : plane.width])
        self._base = Fraction(1, coding.fps)

    @property
    def canvas(self) -> Planes:
        """The encoder's own frame, to be drawn on before `push`."""
        return Planes(*self._planes)

    def push(self, pts: int) -> list[Coded]:
        self._frame.pts, self._frame.time_base = pts, self._base
        return [_coded(packet) for packet in self._context.encode(self._frame)]

    def flush(self) -> list[Coded]:
        return [_coded(packet) for packet in self._context.encode(None)]


def _coded(packet: av.Packet[av.VideoStream]) -> Coded:
    if packet.pts is None or packet.dts is None:
        raise RenderError("The encoder lost track of time.")
    return Coded(packet.pts, packet.dts, packet.is_keyframe, bytes(packet))
