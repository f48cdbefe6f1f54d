"""A quick look at a draft before its export: a contact sheet, or the whole film small and without sound."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from api import Draft

from ..model import RenderOptions
from .compose import Composer
from .film import render_film
from .fonts import font, runs_of
from .layout import lay_out
from .planes import Planes, to_rgb
from .timeline import Timeline

_FRAME_PX = 256  # the longer side of a frame on the sheet
_MOST_FRAMES = 48
_GAP, _LABEL = 8, 22
_GROUND, _INK = (24, 24, 26), (208, 208, 212)
_FILM_PX, _FILM_FPS = 320, 12


def contact_sheet(
    draft: Draft, media: Mapping[str, Path], *, columns: int = 4, times_ms: tuple[int, ...] = ()
) -> Image.Image:
    """Frames of a film side by side, each under its time: the middle of every shot, or the moments asked for.

    Raises RenderError as an export would.
    """
    film = _small(draft, media, _FRAME_PX)
    indices = [min(max(0, at * film.fps // 1000), film.frames - 1) for at in times_ms] or _middles(film)
    composer, frame = Composer(film), Planes.filled(film.width, film.height)
    wide, tall = film.width + _GAP, film.height + _GAP + _LABEL
    columns = max(1, min(columns, len(indices)))
    rows = -(-len(indices) // columns)
    sheet = Image.new("RGB", (columns * wide + _GAP, rows * tall + _GAP), _GROUND)
    pen = ImageDraw.Draw(sheet)
    for place, index in enumerate(indices):
        composer.draw(index, frame)
        left, top = _GAP + place % columns * wide, _GAP + place // columns * tall
        sheet.paste(Image.fromarray(to_rgb(frame)), (left, top))
        label = f"{index / film.fps:.1f} s"
        pen.text((left, top + film.height + 3), label, fill=_INK, font=font(runs_of(label)[0].face, 14, 500))
    return sheet


def quick_film(
    draft: Draft, media: Mapping[str, Path], out: Path, *, stopped: Callable[[], bool] | None = None
) -> Path:
    """The film at about 320 px and 12 frames a second, without sound, as an mp4. Raises as `render_film` does."""
    silent = draft.model_copy(update={"tracks": [track for track in draft.tracks if track.type != 1]})
    size = _fitted(draft, media, _FILM_PX)
    fps = min(_FILM_FPS, draft.meta.fps or _FILM_FPS)
    options = RenderOptions(width=size[0], height=size[1], fps=fps, preset="ultrafast", crf=27)
    return render_film(silent, media, out, options, stopped=stopped).path


def sheet_bytes(draft: Draft, media: Mapping[str, Path]) -> bytes:
    """A contact sheet as a JPEG."""
    with tempfile.SpooledTemporaryFile() as file:
        contact_sheet(draft, media).save(file, "JPEG", quality=86)
        file.seek(0)
        return file.read()


def _small(draft: Draft, media: Mapping[str, Path], longest: int) -> Timeline:
    width, height = _fitted(draft, media, longest)
    return lay_out(draft, media, RenderOptions(width=width, height=height))


def _fitted(draft: Draft, media: Mapping[str, Path], longest: int) -> tuple[int, int]:
    film = lay_out(draft, media, RenderOptions())
    scale = min(1.0, longest / max(film.width, film.height))
    return max(32, round(film.width * scale / 2) * 2), max(32, round(film.height * scale / 2) * 2)


def _middles(film: Timeline) -> list[int]:
    """One moment of each shot, when nothing else is on screen; evenly spread ones where there are too many."""
    found = []
    for number, shot in enumerate(film.shots):
        after = film.shots[number + 1] if number + 1 < len(film.shots) else None
        alone = (shot.first + shot.lead_in, after.first if after else shot.end)
        found.append(min(film.frames - 1, max(shot.first, (alone[0] + alone[1]) // 2)))
    if len(found) > _MOST_FRAMES:
        found = [int(index) for index in np.linspace(0, film.frames - 1, _MOST_FRAMES)]
    return found
