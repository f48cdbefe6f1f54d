"""A video clip on the timeline: its frames, brought to the film's size and speed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from .errors import RenderError
from .framing import Inset, backdrop
from .look import grade
from .planes import Planes
from .timeline import ShotPlan
from .warp import Lens

_CROPPED_AT_MOST = 0.62  # share of a clip that a full-frame crop must keep
_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


class ClipShot:
    """Draws a clip. Frames asked for in order are decoded once; going back seeks."""

    def __init__(self, plan: ShotPlan, frame: tuple[int, int], fps: int, look: str | None) -> None:
        self._plan, self._frame, self._fps, self._look = plan, frame, fps, look
        try:
            self._container = av.open(str(plan.path))
        except (av.FFmpegError, OSError) as exc:
            raise RenderError(f"The clip {Path(str(plan.path)).name} cannot be read ({exc}).") from exc
        self._stream = self._container.streams.video[0]
        self._stream.codec_context.thread_count = 1
        self._frames: Iterator[av.VideoFrame] = iter(())
        self._shown_s = float("inf")
        self._next: av.VideoFrame | None = None
        self._current: av.VideoFrame | None = None
        self._drawn: Planes | None = None

    def draw(self, index: int, frame: Planes, _: Lens) -> None:
        """Fill the frame with the clip's picture at this index; a clip that is too short holds its last one."""
        if self._advance(self._plan.from_ms / 1000 + (index - self._plan.first) / self._fps) or self._drawn is None:
            self._drawn = self._fitted()
        frame.copy_from(self._drawn)

    def _advance(self, at_s: float) -> bool:
        """Decode up to this moment; whether another picture is due."""
        if at_s < self._shown_s:
            self._seek(at_s)
        changed = False
        while self._next is not None and (self._current is None or _time(self._next) <= at_s + 1e-4):
            self._current, self._shown_s, changed = self._next, _time(self._next), True
            self._next = self._decoded()
        return changed

    def _seek(self, at_s: float) -> None:
        if self._stream.time_base is not None:
            start = self._stream.start_time or 0
            self._container.seek(start + int(at_s / self._stream.time_base), stream=self._stream)
        self._frames = self._container.decode(self._stream)
        self._current, self._shown_s = None, -1.0
        self._next = self._decoded()

    def _decoded(self) -> av.VideoFrame | None:
        """The next frame; a damaged tail ends the clip."""
        try:
            return next(self._frames, None)
        except av.FFmpegError:
            return None

    def _fitted(self) -> Planes:
        if self._current is None:
            raise RenderError(f"The clip {Path(str(self._plan.path)).name} holds no pictures.")
        source = grade(_film_planes(self._current), self._look)
        width, height = self._frame
        ratio = (source.width / source.height) / (width / height)
        kept = min(ratio, 1 / ratio)
        if kept >= _CROPPED_AT_MOST:
            return _cropped(source, width, height)
        inner = Inset(0, 0, width, round(width * source.height / source.width / 2) * 2)
        if ratio < 1:
            inner = Inset(0, 0, round(height * source.width / source.height / 2) * 2, height)
        inner = Inset((width - inner.width) // 4 * 2, (height - inner.height) // 4 * 2, inner.width, inner.height)
        fitted = backdrop(source, self._frame, inner)
        fitted.part(inner.left, inner.top, inner.width, inner.height).copy_from(
            _cropped(source, inner.width, inner.height)
        )
        return fitted


def _time(frame: av.VideoFrame) -> float:
    return float(frame.time or 0.0)


def _film_planes(frame: av.VideoFrame) -> Planes:
    """A decoded frame as BT.709 limited planes of even size, upright."""
    width, height = frame.width & ~1, frame.height & ~1
    untagged = int(frame.colorspace) in (int(Colorspace.DEFAULT), 2, 0)
    source = Colorspace.ITU709 if untagged and height >= 720 else Colorspace.SMPTE170M if untagged else frame.colorspace
    same = frame.reformat(
        width,
        height,
        "yuv420p",
        src_colorspace=source,
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
    )
    planes = []
    for plane in same.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        turn = _TURNS.get(int(frame.rotation) % 360)
        planes.append(np.array(rows) if turn is None else np.asarray(cv2.rotate(rows, turn), np.uint8))
    return Planes(*planes)


def _cropped(source: Planes, width: int, height: int) -> Planes:
    """Scaled to cover, cut around the middle."""
    aspect = width / height
    wide = min(source.width, round(source.height * aspect)) & ~1
    tall = min(source.height, round(source.width / aspect)) & ~1
    cut = source.part((source.width - wide) // 4 * 2, (source.height - tall) // 4 * 2, wide, tall)
    how = cv2.INTER_AREA if width <= wide else cv2.INTER_CUBIC
    return Planes(
        *(
            np.asarray(cv2.resize(plane, (width // half, height // half), interpolation=how), np.uint8)
            for plane, half in zip(cut.each(), (1, 2, 2), strict=True)
        )
    )
