"""One frame of a draft as a picture: a quick look before the export."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from api import Draft

from ..model import RenderOptions
from .compose import Composer
from .layout import lay_out
from .planes import Planes, to_rgb


def render_still(draft: Draft, media: Mapping[str, Path], options: RenderOptions, *, at_ms: int) -> Image.Image:
    """The frame on screen at `at_ms`, clamped to the film. Raises RenderError."""
    film = lay_out(draft, media, options)
    frame = Planes.filled(film.width, film.height)
    index = min(max(0, at_ms * film.fps // 1000), film.frames - 1)
    Composer(film).draw(index, frame)
    return Image.fromarray(to_rgb(frame))
