"""A stretch of a film to coded packets, and packets to a part file and back.

Every part starts with an IDR picture and knows nothing of its neighbours, so parts join by shifting their times.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from .errors import RenderError
from .planes import Planes

_BT709 = 1
_HEAD = struct.Struct("<qq?I")  # pts, dts, key picture, bytes that follow


@dataclass(frozen=True, slots=True)
class Coding:
    """How pictures are coded. codec: "libx264" or "libvpx-vp9"."""

    codec: str
    width: int
    height: int
    fps: int
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """One packet of a part; times in frames from the part's start."""

    pts: int
    dts: int
    key: bool
    data: bytes


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


def configure(context: av.VideoCodecContext, coding: Coding) -> None:
    """Set up a codec context; a muxed stream set up the same way carries the same headers."""
    context.width, context.height, context.pix_fmt = coding.width, coding.height, "yuv420p"
    context.framerate, context.time_base = Fraction(coding.fps), Fraction(1, coding.fps)
    context.thread_count = 1
    context.colorspace = Colorspace.ITU709
    context.color_range = ColorRange.MPEG
    context.color_primaries = _BT709
    context.color_trc = _BT709
    context.options = dict(coding.options)
    context.flags |= av.codec.context.Flags.global_header


def write_part(file: BinaryIO, packets: list[Coded]) -> None:
    """Append packets to a part file."""
    for packet in packets:
        file.write(_HEAD.pack(packet.pts, packet.dts, packet.key, len(packet.data)))
        file.write(packet.data)


def read_part(path: Path) -> Iterator[Coded]:
    """The packets of a part file, in coding order. Raises RenderError when the file was cut off."""
    with path.open("rb") as file:
        while head := file.read(_HEAD.size):
            if len(head) < _HEAD.size:
                raise RenderError("A finished part of the film is damaged. Please export again.")
            pts, dts, key, size = _HEAD.unpack(head)
            data = file.read(size)
            if len(data) < size:
                raise RenderError("A finished part of the film is damaged. Please export again.")
            yield Coded(pts, dts, key, data)


def _coded(packet: av.Packet[av.VideoStream]) -> Coded:
    if packet.pts is None or packet.dts is None:
        raise RenderError("The encoder lost track of time.")
    return Coded(packet.pts, packet.dts, packet.is_keyframe, bytes(packet))
