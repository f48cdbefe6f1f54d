"""A stretch of a film to coded packets.

Every part starts with an IDR picture and knows nothing of its neighbours, so parts join by shifting their times.
"""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from .errors import RenderError
from .packets import Coded, Coding, configure
from .planes import Planes


class Encoder:
    """Feeds frames to one codec, one thread, so that the same pictures give the same bytes."""

    def __init__(self, coding: Coding) -> None:
        context = av.CodecContext.create(coding.codec, "w")
        if not isinstance(context, av.VideoCodecContext):
            raise TypeError(f"{coding.codec} codes no pictures")
        self._context = context
        configure(self._context, coding)
        self._frame = av.VideoFrame(coding.width, coding.height, "yuv420p")
        self._planes = [
            np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
            for plane in self._frame.planes
        ]
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
