"""A film as an animated GIF: small, few colours, no sound; for places that show nothing else."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from .compose import Composer
from .errors import RenderStopped
from .planes import Planes, to_rgb
from .timeline import Timeline

_LONGEST_PX, _MOST_FPS = 480, 12


def write_gif(film: Timeline, out: Path, tell: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
    """Write the film, scaled to 480 px at 12 frames a second at most. Raises RenderStopped."""
    scale = min(1.0, _LONGEST_PX / max(film.width, film.height))
    size = (max(2, round(film.width * scale / 2) * 2), max(2, round(film.height * scale / 2) * 2))
    step = max(1, -(-film.fps // _MOST_FPS))
    composer, frame = Composer(film), Planes.filled(film.width, film.height)
    with av.open(str(out), "w", format="gif") as container:
        stream = container.add_stream("gif", rate=Fraction(film.fps, step))
        stream.width, stream.height, stream.pix_fmt = *size, "rgb8"
        for index in range(0, film.frames, step):
            if stop():
                raise RenderStopped
            composer.draw(index, frame)
            small = np.asarray(cv2.resize(to_rgb(frame), size, interpolation=cv2.INTER_AREA), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(small, format="rgb24")))
            tell(index, film.frames)
        container.mux(stream.encode(None))
    tell(film.frames, film.frames)
