"""Coded packets between the worker that made them and the film they end in."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
from av.video.reformatter import ColorRange, Colorspace

from .coding import Coding
from .errors import RenderError

_BT709 = 1
_HEAD = struct.Struct("<qq?I")  # pts, dts, key picture, bytes that follow


@dataclass(frozen=True, slots=True)
class Coded:
    """One packet of a part; times in frames from the part's start."""

    pts: int
    dts: int
    key: bool
    data: bytes


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


def delay_of(path: Path) -> int:
    """By how many frames a part's packets come before the frames they show, at most; their data is not read."""
    delay, place = 0, 0
    with path.open("rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            pts, _, _, size = _HEAD.unpack(head)
            delay = max(delay, place - pts)
            file.seek(size, 1)
            place += 1
    return delay


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
